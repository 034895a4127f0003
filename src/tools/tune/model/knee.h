/* SPDX-License-Identifier: BSD-3-Clause */
/** @file knee.h  How many connections a node uses well. */
#ifndef FAN_TOOLS_TUNE_MODEL_KNEE_H
#define FAN_TOOLS_TUNE_MODEL_KNEE_H

#include "tools/tune/model/curve.h"

/**
 * The largest k whose median rate is at least 0.95 of the best one, or was measured less than
 * FAN_TUNE_SURE times; 0: none. `rates`: over k.
 */
int fan_tune_knee(const fan_tune_curve *rates);

/**
 * The value of the parameter `connections`: the knee; but if that is the largest k there was to
 * try, nothing is known beyond, and the value is at least `preset`, so that a file from a few hosts
 * does not limit a large job. Without any it is `preset`.
 */
int fan_tune_connections(const fan_tune_curve *rates, int preset);

#endif
