/* SPDX-License-Identifier: BSD-3-Clause */
/** @file watch.h  Where each thread of this rank is, whether it hangs, and what went wrong. */
#ifndef FAN_TESTS_DIFFERENTIAL_WATCH_H
#define FAN_TESTS_DIFFERENTIAL_WATCH_H

#include <stdbool.h>

enum { WATCH_PLACES = 8 };

/** Start the thread that ends the process when a place does not change for the limit. */
void watch_begin(int rank);

/** Say what thread number `place` of the program does now. A place with the text "" is idle. */
__attribute__((format(printf, 2, 3))) void watch_step(int place, const char *format, ...);

/** Report a failure at a place. */
__attribute__((format(printf, 2, 3))) void watch_fail(int place, const char *format, ...);

/** Report an MPI error code, unless it is MPI_SUCCESS. Returns whether it is. */
bool watch_code(int place, int code, const char *what);

/** How many failures there have been on this rank. */
int watch_failures(void);

#endif
