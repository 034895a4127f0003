/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file survive.h  A blocking broadcast that goes on when ranks die.
 *
 * A rank that has returned can help nobody, so none returns before all that live have all: they
 * agree on that at the end of each broadcast. If one of them has not got all, because of a death,
 * they find out who lives, tell each other which bytes they have, and send each other the rest, as
 * often as ranks die meanwhile. So all of them return the same: success, or that some bytes are
 * lost, because nobody has them who lives.
 */
#ifndef FAN_LIB_SURVIVE_SURVIVE_H
#define FAN_LIB_SURVIVE_SURVIVE_H

#include "lib/call/call.h"

/** Do a broadcast that is FAN_IS_TO_SURVIVE. Collective. Returns a code that has been raised. */
int fan_survive(fan_call *call);

#endif
