/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file node.h  The ranks of a communicator on one node, and the ring through which they pass data.
 */
#ifndef FAN_LIB_WHERE_NODE_H
#define FAN_LIB_WHERE_NODE_H

#include "base/segment.h"
#include "base/status.h"
#include "comm/party.h"
#include "engine/ring/ring.h"

#include <stdbool.h>
#include <sys/queue.h>

/**
 * Communicators with the same ranks on the node share it: the same processes broadcast in the same
 * order, one broadcast at a time; but not where ranks may die. With MPI_THREAD_MULTIPLE, where
 * threads may broadcast at the same time, each communicator has its own.
 */
typedef struct fan_node {
    fan_ring ring;
    fan_ring_memory **of_domain; /**< [domains] */
    int domain;                  /**< of this rank */
    fan_segment segment;
    int members;
    /** equal on all members, and different for each node of this process; 0 if not shared */
    int64_t number;
    int references;
    LIST_ENTRY(fan_node) link;
} fan_node;

/**
 * The node of a party, which are at least two and may be able to share memory. Collective over the
 * party. Failures are the same on all of it; FAN_ERR_SYSTEM: they cannot share memory after all.
 *
 * @param domain     of this rank; FAN_NO_DOMAIN: to be found, if no other rank has one either
 * @param may_share  with other communicators; equal on all of the party
 */
fan_status fan_node_join(const fan_comm_party *party, int domain, bool may_share, fan_node **node);

/**
 * Another node of the same ranks, which no other communicator uses, with domains of the same
 * numbers: a map that tells the domains of the ranks is right for both. Collective over the party;
 * fails as fan_node_join does.
 */
fan_status fan_node_join_like(const fan_comm_party *party, const fan_node *like, fan_node **node);

/** Add a reference to the node. Local, thread-safe. */
fan_node *fan_node_hold(fan_node *node);

/** Drop a reference; the last one unmaps the memory. Local, thread-safe. */
void fan_node_leave(fan_node *node);

#endif
