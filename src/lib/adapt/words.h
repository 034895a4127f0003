/* SPDX-License-Identifier: BSD-3-Clause */
/** @file words.h  What has been found out, for people. */
#ifndef FAN_LIB_ADAPT_WORDS_H
#define FAN_LIB_ADAPT_WORDS_H

#include "lib/state/comm_state.h"

#include <stdio.h>

/**
 * Say what was measured of the network, which ways of broadcasting so many bytes have been tried,
 * and what follows. Local; the state is connected, and adapts.
 */
void fan_trial_say(FILE *out, const fan_comm_state *state, int64_t bytes);

#endif
