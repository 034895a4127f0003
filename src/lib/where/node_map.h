/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file node_map.h  Which ranks share memory. Nodes are numbered in the order of their leaders, the
 * lowest ranks.
 *
 * A node is a set of ranks that are on hosts of the same name, in one system, and that have a ring
 * (node.h). A rank that has none is a node of its own.
 */
#ifndef FAN_LIB_WHERE_NODE_MAP_H
#define FAN_LIB_WHERE_NODE_MAP_H

#include "lib/where/hosts.h"
#include "lib/where/node.h"

typedef struct fan_node_map {
    int nodes;
    int *node_of;   /**< [ranks] */
    int *leader;    /**< [nodes] */
    int *members;   /**< [nodes] ranks on each */
    int largest;    /**< ranks on the fullest node */
    int *domain_of; /**< [ranks], in its node; NULL if every node is one domain */
    fan_node *node; /**< of this rank, NULL if it is alone */
    int *near;      /**< [near_count] the ranks of this rank's node, in ascending order */
    int near_count;
    int self; /**< near[self] is this rank */
} fan_node_map;

/** Take memory for `ranks`. Local; false: there is none. */
bool fan_node_map_begin(fan_node_map *map, int ranks);

/** Where a map is to be made. */
typedef struct fan_node_map_place {
    const fan_hosts *hosts;
    MPI_Comm all;  /**< of the same ranks, for collective calls */
    MPI_Comm own;  /**< private, of the same ranks, for messages */
    int tag;       /**< of those */
    bool share;    /**< whether communicators may share a ring */
    bool domains;  /**< whether the domains of a node count */
    bool is_whole; /**< receives whether every host is a node; equal on all ranks */
} fan_node_map_place;

/**
 * Make a map that has begun. Collective. Failures are the same on all ranks, and release it; ranks
 * of a host that cannot share memory are no failure.
 */
fan_status fan_node_map_make(fan_node_map_place *place, fan_node_map *map);

/** Local. */
void fan_node_map_free(fan_node_map *map);

/**
 * The rank that speaks for a node when `root` broadcasts: the root for its own node, leaders for
 * others.
 */
int fan_node_map_speaker(const fan_node_map *map, int node, int root);

/** The domain of a rank in its node. */
int fan_node_map_domain(const fan_node_map *map, int rank);

/** The ranks of this rank's node, who send each other messages on `own` with `tag`. Local. */
fan_comm_party fan_node_map_party(const fan_node_map *map, MPI_Comm own, int tag);

#endif
