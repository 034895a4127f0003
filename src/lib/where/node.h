/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file node.h  The ranks of a communicator on one node, and the ring through which they pass data.
 */
#ifndef FAN_LIB_WHERE_NODE_H
#define FAN_LIB_WHERE_NODE_H

#include "base/segment.h"
#include "base/status.h"
#include "engine/ring/ring.h"

#include <mpi.h>
#include <stdbool.h>
#include <sys/queue.h>

/**
 * Shared by communicators that have the same ranks on the node: they are the same processes,
 * broadcast in the same order on all of them, one at a time. Not where threads may call MPI at once
 * (MPI_THREAD_MULTIPLE): each communicator has its own then.
 */
typedef struct fan_node {
    fan_ring ring;
    fan_ring_memory **of_domain; /**< [domains] */
    int domain;                  /**< of this rank */
    fan_segment segment;
    int members;
    int64_t
        /** equal on all members, different from other nodes' of this process; 0: is not shared */
        number;
    int *world_ranks; /**< [members], in ascending order */
    int references;
    LIST_ENTRY(fan_node) link;
} fan_node;

/**
 * The node of the ranks of `comm`, which can share memory and are at least 2. Collective. Failures
 * are the same on all of them; FAN_ERR_SYSTEM: they cannot share memory after all.
 *
 * @param domain     of this rank; FAN_NO_DOMAIN: find it, if no other rank has one either
 * @param may_share  with other communicators
 */
fan_status fan_node_join(MPI_Comm comm, int domain, bool may_share, fan_node **node);

/** One more reference to it. Local. */
fan_node *fan_node_hold(fan_node *node);

/** Local. The last reference unmaps the memory. */
void fan_node_leave(fan_node *node);

#endif
