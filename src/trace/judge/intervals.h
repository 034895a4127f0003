/* SPDX-License-Identifier: BSD-3-Clause */
/** @file intervals.h  Sets of moments: when something was under way. */
#ifndef FAN_TRACE_JUDGE_INTERVALS_H
#define FAN_TRACE_JUDGE_INTERVALS_H

#include <stddef.h>

typedef struct fan_interval {
    double begin, end;
} fan_interval;

/** Sort them and make one of those that overlap or touch. Returns how many are left. */
size_t fan_intervals_unite(fan_interval *intervals, size_t count);

/** Seconds in all of them. They are united. */
double fan_intervals_length(const fan_interval *intervals, size_t count);

/** Seconds in both of two sets that are united. */
double fan_intervals_common(const fan_interval *a, size_t a_count, const fan_interval *b, size_t b_count);

#endif
