/* SPDX-License-Identifier: BSD-3-Clause */
/** @file clock.h  The time. */
#ifndef FAN_BASE_CLOCK_H
#define FAN_BASE_CLOCK_H

/** Seconds of CLOCK_MONOTONIC. Local, thread-safe. */
double fan_clock_now(void);

#endif
