/* SPDX-License-Identifier: BSD-3-Clause */
/** @file log.h  Warnings on standard error. */
#ifndef FAN_BASE_LOG_H
#define FAN_BASE_LOG_H

/** Print one line "fanout: ...". Thread-safe: a line is written in one piece. */
void fan_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
