/* SPDX-License-Identifier: BSD-3-Clause */
/** @file intervals.h  Sets of moments: when something was under way. */
#ifndef FAN_TRACE_JUDGE_INTERVALS_H
#define FAN_TRACE_JUDGE_INTERVALS_H

#include <stddef.h>

typedef struct fan_judge_interval {
    double begin, end;
} fan_judge_interval;

/** Sort them and make one of those that overlap or touch. Returns how many are left. */
size_t fan_judge_intervals_unite(fan_judge_interval *intervals, size_t count);

/** Seconds in all of them. They are united. */
double fan_judge_intervals_length(const fan_judge_interval *intervals, size_t count);

/** Seconds in both of two sets that are united. */
double fan_judge_intervals_common(const fan_judge_interval *a, size_t a_count,
                                  const fan_judge_interval *b, size_t b_count);

#endif
