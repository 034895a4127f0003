/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file simulated_network.h  A transport between nodes of one process that finishes operations in
 * any order.
 *
 * It keeps only what MPI promises: messages of one sender, receiver and tag match the receives in
 * order. Everything else is drawn: which of the matched messages arrives next, and whether a send
 * that is not synchronous ends at once (eager), or not before it is received (rendezvous).
 */
#ifndef FAN_TESTS_SIMULATED_NETWORK_H
#define FAN_TESTS_SIMULATED_NETWORK_H

#include "engine/transport.h"

#include <stdint.h>

typedef enum sim_order { SIM_RANDOM, SIM_NEWEST_FIRST, SIM_OLDEST_FIRST, SIM_ORDERS } sim_order;

typedef struct sim_network sim_network;

sim_network *sim_network_make(int nodes, sim_order order, uint64_t seed);

void sim_network_free(sim_network *network);

/** The transport of a node. */
fan_transport sim_network_transport(sim_network *network, int node);

/**
 * Let one matched message arrive. False if there is none: if nobody can do anything more, it's a
 * deadlock.
 */
bool sim_network_deliver(sim_network *network);

/** Messages sent by a node, and their bytes. */
int64_t sim_network_sent_bytes(const sim_network *network, int node);

/** The most messages of one tag to one receiver that a node had on their way at a time. */
int sim_network_most_on_an_edge(const sim_network *network, int node);

/** The same, with those whose sends have ended although nobody had received them. */
int sim_network_most_unreceived(const sim_network *network, int node);

#endif
