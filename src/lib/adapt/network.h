/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file network.h  The constants of the cost model, measured between two nodes when a communicator
 * is first used for something large.
 */
#ifndef FAN_LIB_ADAPT_NETWORK_H
#define FAN_LIB_ADAPT_NETWORK_H

#include "lib/state/comm_state.h"

/**
 * Make the parameters latency, overhead, gap and bandwidth of a state those of its network, but for
 * those that are set by hand; and its order that of the slow hosts that are known (slow.h).
 * Collective; if they change, it waits for what is pending on the lane
 * of the state. Communicators that share a placement share what was measured; it is measured anew
 * if there was no time for the bandwidth, and 8 times as much may be spent now. Does nothing
 * without the parameter `adapt`, or if the state is not connected.
 *
 * It takes at most some 4 ms, or 2 % of the broadcast, if a round trip and 32 KiB do not take
 * longer, but no more than a quarter of the broadcast as soon as it is seen how fast the network
 * is; and in any case three round trips and an agreement.
 *
 * @param bytes  of the broadcast that is to come; 0: not known. What the leader of the first node
 *               says counts
 */
fan_status fan_adapt_to_network(fan_comm_state *state, int64_t bytes);

/**
 * Measure again, whatever an earlier job has found, where there was no time for the bandwidth
 * before or it has turned out wrong, in up to a quarter of what a broadcast of so many bytes takes.
 * Collective, for a connected state of several nodes.
 */
fan_status fan_adapt_to_bandwidth(fan_comm_state *state, int64_t bytes);

/** Whether the bandwidth of a link has been measured or set, and not only assumed. */
bool fan_adapt_knows_bandwidth(const fan_comm_state *state);

/** Seconds that the data takes on one link of the network, that of the slowest node. */
double fan_adapt_limit(const fan_comm_state *state, int64_t bytes);

#endif
