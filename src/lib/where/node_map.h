/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file node_map.h  Which ranks share memory. Nodes are numbered in the order of their leaders, the
 * lowest ranks.
 *
 * A node is a set of ranks that MPI_Comm_split_type finds to share memory, that are on hosts of the
 * same name, and that have a ring (node.h). A rank that has none is a node of its own.
 */
#ifndef FAN_LIB_WHERE_NODE_MAP_H
#define FAN_LIB_WHERE_NODE_MAP_H

#include "lib/where/hosts.h"
#include "lib/where/node.h"
#include "tune/params.h"

typedef struct fan_node_map {
    int nodes;
    int *node_of;   /**< [ranks] */
    int *leader;    /**< [nodes] */
    int largest;    /**< ranks on the fullest node */
    int *domain_of; /**< [ranks], in its node; NULL if every node is one domain */
    fan_node *node; /**< of this rank, NULL if it is alone */
} fan_node_map;

/**
 * Make the map. Collective over the communicator of `hosts`. Parameters say whether ranks share
 * memory, and whether the domains of a node count.
 */
fan_status fan_node_map_make(const fan_hosts *hosts, const fan_params *params, fan_node_map *map);

/** Local. */
void fan_node_map_free(fan_node_map *map);

/**
 * The rank that speaks for a node when `root` broadcasts: the root for its own node, leaders for
 * others.
 */
int fan_node_map_speaker(const fan_node_map *map, int node, int root);

/** The domain of a rank in its node. */
int fan_node_map_domain(const fan_node_map *map, int rank);

#endif
