/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file hosts.h  On which host each rank is. Rank 0 knows the names, from MPI and from the topology
 * file that FANOUT_TOPO_FILE names in its environment.
 */
#ifndef FAN_LIB_WHERE_HOSTS_H
#define FAN_LIB_WHERE_HOSTS_H

#include "base/status.h"
#include "plan/schedule/order.h"
#include "plan/schedule/topology.h"

#include <mpi.h>

typedef struct fan_hosts {
    MPI_Comm comm; /**< private */
    int rank;
    int size;
    fan_topology *topology; /**< on rank 0, or NULL */
    const char **names;     /**< on rank 0: [size], else NULL */
    int *domains; /**< on rank 0: [size], of the topology file, or FAN_NO_DOMAIN; else NULL */
    char *block;
} fan_hosts;

/**
 * Collect the names. Collective over `comm`. An invalid file, or too little memory on a rank, is
 * the same failure on all ranks. fan_hosts_free releases the result, also after a failure.
 */
fan_status fan_hosts_collect(MPI_Comm comm, fan_hosts *hosts);

void fan_hosts_free(fan_hosts *hosts);

/** Where a rank is. */
typedef struct fan_whereabouts {
    int host;   /**< equal on ranks whose host has the same name: the lowest of these ranks */
    int domain; /**< of the topology file, or FAN_NO_DOMAIN */
} fan_whereabouts;

/** Where this rank is. Collective. */
fan_status fan_hosts_find(const fan_hosts *hosts, fan_whereabouts *own);

/**
 * Find the order of `nodes` nodes from the hosts of their leaders, leader[node]; NULL if it is the
 * order of their numbers. The caller frees it. Collective.
 */
fan_status fan_hosts_order(const fan_hosts *hosts, const int *leader, int nodes, fan_order **order);

#endif
