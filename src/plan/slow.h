/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file slow.h  What becomes of slow nodes. Pure.
 *
 * Where all end together, they are leaves of trees, and several others send to them. But whoever
 * sends to a very slow node is not done before that is. So it is served: it is in no group and no
 * tree, and one of the other recipients, the last one, sends it all of the data. That one and the
 * slow node end late, and nobody else knows of it: nodes that receive have all of the data in their
 * window, so nobody has to wait for room.
 */
#ifndef FAN_PLAN_SLOW_H
#define FAN_PLAN_SLOW_H

#include "plan/plan.h"
#include "plan/schedule/model.h"

/**
 * How many of `nodes`, the last in the order, are served in a broadcast in place. A stream would
 * have to keep what they have yet to get.
 *
 * @param order  or NULL: all are alike
 */
int fan_plan_slow_served(const fan_order *order, int nodes, int root);

/**
 * Of nodes that are not: how many are to be leaves. Those of which the others, which then send for
 * them, still need no longer than the slowest takes to receive.
 */
int fan_plan_slow_leaves(const fan_order *order, int nodes, int root);

/**
 * How many times the one that serves sends the data while the others receive it: what it has to do
 * as the last recipient of a shape, and what slow nodes take meanwhile.
 */
double fan_plan_slow_rounds(const fan_plan *plan);

/** Seconds until the served ones have the data; 0: there are none. */
double fan_plan_slow_time(const fan_plan *plan, const fan_model *model, int64_t bytes);

#endif
