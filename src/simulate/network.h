/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file network.h  A transport for the engines of all nodes, in simulated time.
 *
 * LogGP (Alexandrov et al., 1995) with ports: a node's processor, its link out and its link in each
 * do one thing at a time, in order. A message costs its sender the overhead, occupies the link out
 * for bytes / bandwidth and the gap, comes to the receiver's link in after the latency, occupies
 * that for as long while it streams through, and costs the receiver the overhead. Sends are
 * synchronous, as in engine/mpi/mpi_transport.h: one ends a latency after its message has met a
 * receive.
 */
#ifndef FAN_SIMULATE_NETWORK_H
#define FAN_SIMULATE_NETWORK_H

#include "engine/transport.h"
#include "plan/schedule/model.h"

typedef struct fan_network fan_network;

/**
 * Nodes joined by links. `slots` bounds the slots of a node's transport, `tags` the tags. NULL: no
 * memory.
 */
fan_network *fan_network_create(int nodes, int tags, int slots, const fan_model *model);

/** The links of a node have `speed` of the usual rate, so that a message takes longer on them. */
void fan_network_set_speed(fan_network *network, int node, double speed);

void fan_network_free(fan_network *network);

/** The transport of a node. Buffers are never touched; collect never waits. */
fan_transport fan_network_transport(fan_network *network, int node);

/**
 * Let the next thing happen.
 *
 * @return the node that has something to collect now; -1 if none has; -2 if nothing is left to
 *         happen
 */
int fan_network_step(fan_network *network);

/** Seconds since the beginning. */
double fan_network_time(const fan_network *network);

#endif
