/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file network.h  The constants of the cost model, measured between two nodes when a communicator
 * is first used for something large.
 */
#ifndef FAN_LIB_ADAPT_NETWORK_H
#define FAN_LIB_ADAPT_NETWORK_H

#include "lib/state/comm_state.h"

/**
 * Make the parameters latency, overhead and bandwidth of a state those of its network, but for
 * those that are set by hand. Collective; the state is connected, and no broadcast is pending on
 * its lane. Communicators that share a placement share what was measured; it is measured anew when
 * a broadcast is so large that more time may be spent on it. Does nothing without the parameter
 * `adapt`.
 *
 * It takes at most some 5 ms, or 2 % of the broadcast, if a round trip does not take longer; and in
 * any case three round trips and an agreement.
 *
 * @param bytes  of the broadcast that is to come
 */
fan_status fan_adapt_to_network(fan_comm_state *state, int64_t bytes);

/** Seconds that the data takes on one link of the network as it is known. */
double fan_adapt_limit(const fan_comm_state *state, int64_t bytes);

#endif
