/* SPDX-License-Identifier: BSD-3-Clause */
/** @file broadcast.h  A whole broadcast over a simulated network: all nodes in one process. */
#ifndef FAN_TESTS_BROADCAST_H
#define FAN_TESTS_BROADCAST_H

#include "plan/planner.h"
#include "tests/engine/simulated_network.h"

typedef struct sim_setup {
    fan_algorithm algorithm;
    int nodes, root, k, b, secondary;
    int64_t bytes, chunk;
    int window, sends, child_sends;
    bool overlap;
    sim_order order;
    bool eager;
    bool streams;            /* data goes through callbacks and cells */
    int keeps;               /* pieces that a sink keeps until others have come */
    bool shared;             /* all nodes can read the data: the root is `nodes`, which is none */
    int64_t announced;       /* length that nodes know of, if not `bytes` */
    int64_t source_fails_at; /* offset, or -1 */
    int failing_sink;        /* node, or -1 */
    const fan_parts *parts;  /* that are the subfiles, or NULL */
    const fan_order *speeds; /* which nodes are slow, or NULL: none */
} sim_setup;

/** Broadcast, and fail the test unless every node ends as it must. */
void sim_broadcast(const sim_setup *setup);

/** The same with each order in which operations may finish. */
void sim_broadcast_in_all_orders(sim_setup setup);

#endif
