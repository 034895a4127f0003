/* SPDX-License-Identifier: BSD-3-Clause */
/** @file progress.h  A word, on standard error, about what takes long. */
#ifndef FAN_TOOLS_MDC_PROGRESS_H
#define FAN_TOOLS_MDC_PROGRESS_H

#include <stdint.h>

typedef struct fan_mdctool_progress {
    const char *command, *name;
    int64_t rows; /**< of the dataset */
    double begun, next;
} fan_mdctool_progress;

fan_mdctool_progress fan_mdctool_progress_begin(const char *command, const char *name,
                                                int64_t rows);

/** `row` rows are done. Says so after 10 seconds, and then once a minute. */
void fan_mdctool_progress_at(fan_mdctool_progress *progress, int64_t row);

#endif
