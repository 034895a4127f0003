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
#include <stdbool.h>

/** Where a rank is. */
typedef struct fan_whereabouts {
    /** equal on ranks of the same host that may share memory: the lowest of these ranks */
    int host;
    int domain; /**< of the topology file, or FAN_NO_DOMAIN */
} fan_whereabouts;

typedef struct fan_hosts {
    int rank;
    int size;
    char own[MPI_MAX_PROCESSOR_NAME + 1]; /**< the name of this rank's host */
    fan_whereabouts *of;                  /**< [size] of all ranks, equal on all */
    int count;                            /**< of hosts */
    fan_order *order;                     /**< if every host is a node; NULL: that of the numbers */
    const char **names;                   /**< on rank 0: [size], else NULL */
    fan_topology *topology;               /**< on rank 0, or NULL */
    char *block;
} fan_hosts;

/** Take memory for the ranks of `comm`, and ask for this rank's name. Local; false: no memory. */
bool fan_hosts_begin(fan_hosts *hosts, MPI_Comm comm);

void fan_hosts_free(fan_hosts *hosts);

/**
 * Find where the ranks are. Collective. An invalid file, or too little memory on a rank, is the
 * same failure on all ranks.
 *
 * @param longest  the largest strlen(hosts->own) of any rank
 * @param share    false: each rank counts as a host of its own
 * @param able     whether this rank can make use of it; receives whether all ranks can, and only
 *                 then there is a result
 */
fan_status fan_hosts_find(fan_hosts *hosts, MPI_Comm comm, int longest, bool share, bool *able);

/**
 * Find the order of `nodes` nodes from the hosts of their leaders, leader[node]; NULL if it is the
 * order of their numbers. Collective. A failure is one on all ranks.
 *
 * @param order  receives what free() releases, on all ranks equal
 */
fan_status fan_hosts_order(const fan_hosts *hosts, MPI_Comm comm, const int *leader, int nodes,
                           fan_order **order);

#endif
