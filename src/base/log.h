/* SPDX-License-Identifier: BSD-3-Clause */
/** @file log.h  Diagnostics on standard error, at the level that FANOUT_DEBUG names. */
#ifndef FAN_BASE_LOG_H
#define FAN_BASE_LOG_H

typedef enum fan_log_level { FAN_LOG_WARN, FAN_LOG_INFO, FAN_LOG_TRACE } fan_log_level;

/** Messages above this level are dropped. Default: FAN_LOG_WARN. */
void fan_log_set_level(fan_log_level level);

/** Print one line "fanout: ..." if `level` is shown. Thread-safe: a line is written in one piece. */
void fan_log(fan_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
