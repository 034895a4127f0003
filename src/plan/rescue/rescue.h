/* SPDX-License-Identifier: BSD-3-Clause */
/** @file rescue.h  Who sends the others what they lack, after a death. */
#ifndef FAN_PLAN_RESCUE_RESCUE_H
#define FAN_PLAN_RESCUE_RESCUE_H

#include "plan/rescue/ranges.h"

/** Bytes that some rank lacks. */
typedef struct fan_rescue_run {
    fan_range range;
    int holder; /**< the rank that is to send them, or FAN_RESCUE_LOST */
} fan_rescue_run;

enum { FAN_RESCUE_LOST = -1 /**< no rank has them */ };

/** Runs in ascending order. */
typedef struct fan_rescue {
    fan_rescue_run *runs;
    size_t count, room;
    int holders;  /**< ranks that send */
    int64_t lost; /**< bytes */
} fan_rescue;

/**
 * Decide, from what each of `ranks` has of `bytes`. Each run has one holder, and there are few
 * holders, because each takes a broadcast: the rank that has most of what is lacking sends all of
 * that, then whoever has most of the rest. A living root has all.
 *
 * @return  false if there is no memory
 */
bool fan_rescue_make(int ranks, const fan_ranges *sets, int64_t bytes, fan_rescue *rescue);

void fan_rescue_free(fan_rescue *rescue);

#endif
