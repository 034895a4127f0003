/* SPDX-License-Identifier: BSD-3-Clause */
/** @file explain.h  A plan in words. */
#ifndef FAN_PLAN_EXPLAIN_H
#define FAN_PLAN_EXPLAIN_H

#include "plan/plan.h"
#include "tune/params.h"

/**
 * What the plan does and why: algorithm, k, chunk, window, predicted time, what nodes send and
 * keep. Takes time in proportion to nodes x subfiles.
 *
 * @param params  those that the plan was chosen with
 * @return several lines, which the caller frees; NULL if memory runs out
 */
char *fan_plan_explain(const fan_plan *plan, const fan_params *params);

#endif
