/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file pace.h  Who is slow: takes data at less than half of the usual rate, and so is what all
 * others wait for. Pure.
 */
#ifndef FAN_COPY_PARTY_PACE_H
#define FAN_COPY_PARTY_PACE_H

#include <stdbool.h>

/** Seconds: for less than this nobody is left out. Longer than what looking for the slow costs. */
#define FAN_COPY_PACE_GAIN 2.0

/** What is known of those among whom a stream goes. The source is number 0. */
typedef struct fan_copy_pace {
    /** bytes per second that each could take, were it not for the others; INFINITY: not known */
    const double *rates;
    int size;
    double now;  /**< bytes per second that all take at present; INFINITY: not known */
    double left; /**< bytes that are still to be sent */
} fan_copy_pace;

/** The median; INFINITY if it is not known. */
double fan_copy_pace_usual(const fan_copy_pace *pace);

/**
 * Who is slow. Never the source, nor more than half, and nobody where the others would not end
 * FAN_COPY_PACE_GAIN seconds earlier, or do not wait for it: whoever could take much more than all
 * take at present was not slow for them, whatever has been measured.
 *
 * @param slow  [size] receives it
 * @return how many
 */
int fan_copy_pace_find(const fan_copy_pace *pace, bool *slow);

#endif
