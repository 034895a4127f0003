/* SPDX-License-Identifier: BSD-3-Clause */
/** @file log.h  Warnings on standard error. */
#ifndef FAN_BASE_LOG_H
#define FAN_BASE_LOG_H

#include <stdbool.h>

/** Print one line "fanout: ...". Thread-safe: a line is written in one piece. */
void fan_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Before this process ends its job: wait until what it has written to standard error has been read,
 * for half a second at most, because launchers may drop the rest. Local, thread-safe.
 */
void fan_warn_wait(void);

/**
 * Whether this is the process that says what all processes of a job would say: the first one, as
 * its launcher tells by the environment, or one without a launcher. Local.
 */
bool fan_warn_is_first(void);

#endif
