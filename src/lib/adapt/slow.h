/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file slow.h  Hosts that receive at a fraction of the usual rate: found, so that plans let nobody
 * wait for them (plan/slow.h).
 *
 * All nodes receive a train of messages from their neighbour at the same time, and tell their
 * rates. Whoever was slow, or had a slow neighbour, receives one more from a node that is not
 * suspected; and who is slow then, too, is slow. It takes as long as 2 % of the broadcast before
 * which it is done. That is the first one that takes long and comes after another, and each one
 * before which ranks learn that the one before has taken longer, or less long, than planned.
 */
#ifndef FAN_LIB_ADAPT_SLOW_H
#define FAN_LIB_ADAPT_SLOW_H

#include "lib/state/comm_state.h"

/**
 * Look for slow hosts if it is time to. Collective, for a connected state that adapts: ranks have
 * just met, and know the same.
 *
 * @param took     seconds of an earlier broadcast by the engine, of about as many bytes, which all
 *                 ranks know; 0: none
 * @param planned  what it was to take
 */
fan_status fan_slow_look(fan_comm_state *state, int64_t bytes, double took, double planned);

#endif
