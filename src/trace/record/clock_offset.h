/* SPDX-License-Identifier: BSD-3-Clause */
/** @file clock_offset.h  From the clock of a rank to the common one. */
#ifndef FAN_TRACE_RECORD_CLOCK_OFFSET_H
#define FAN_TRACE_RECORD_CLOCK_OFFSET_H

/** What to add to a clock at its `time`, to have another's. */
typedef struct fan_clock_offset {
    double time;
    double offset;
    double error; /**< the offset is wrong by no more than this */
} fan_clock_offset;

/**
 * One message to the other and back: sent at `sent`, answered with the other's time `answer`,
 * received at `received`. The answer was written between the two, so taking it for the middle is
 * wrong by half the time at most. Keeps the better.
 */
void fan_clock_improve(fan_clock_offset *best, double sent, double answer, double received);

/** The other's time at `time`, for a clock that drifts evenly between two comparisons. */
double fan_clock_convert(const fan_clock_offset *first, const fan_clock_offset *last, double time);

#endif
