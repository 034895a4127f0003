/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file times.h  How long each call of one trial took: the median counts, which one call that was
 * disturbed does not move. Pure.
 */
#ifndef FAN_PLAN_TIMES_H
#define FAN_PLAN_TIMES_H

enum { FAN_TIMES_MOST = 8 };

typedef struct fan_times {
    int count;
    double seconds[FAN_TIMES_MOST]; /**< in the order of the calls */
} fan_times;

/** Add a call; those above FAN_TIMES_MOST are not counted. */
void fan_times_add(fan_times *times, double seconds);

/** Of an even number of calls, the larger of the two in the middle. There is at least one call. */
double fan_times_median(const fan_times *times);

#endif
