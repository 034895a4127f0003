/* SPDX-License-Identifier: BSD-3-Clause */
/** @file times.h  How long each call of one trial took. Pure. */
#ifndef FAN_PLAN_TIMES_H
#define FAN_PLAN_TIMES_H

enum { FAN_TIMES_MOST = 8 };

typedef struct fan_times {
    int count;
    double seconds[FAN_TIMES_MOST]; /**< in the order of the calls */
} fan_times;

/** Add a call; those above FAN_TIMES_MOST are not counted. */
void fan_times_add(fan_times *times, double seconds);

/**
 * What counts for a trial: of as many calls as fit, the time that three in four keep to, because a
 * way that is fast every other time is not a fast one (where ranks outnumber cores, the memory of a
 * node takes 10 us or 100, according to who has its turn); of fewer, which take longer, the median.
 * One call that was disturbed moves neither. There is at least one call.
 */
double fan_times_typical(const fan_times *times);

/** Of an even number of calls, the larger of the two in the middle. There is at least one call. */
double fan_times_median(const fan_times *times);

#endif
