/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file output.h  The files that rank 0 writes. They are opened before anything is measured, so
 * that a wrong name is not found out at the end.
 */
#ifndef FAN_TOOLS_TUNE_OUTPUT_OUTPUT_H
#define FAN_TOOLS_TUNE_OUTPUT_OUTPUT_H

#include "base/status.h"
#include "tools/tune/model/results.h"

#include <limits.h>
#include <stdio.h>

/** What they are called. */
typedef struct fan_tune_files {
    const char *tune; /**< file name, or "-" for standard output */
    const char *svg;  /**< file name or NULL */
    const char *json; /**< file name or NULL */
} fan_tune_files;

typedef struct fan_tune_output {
    fan_tune_files names;
    char path[PATH_MAX];      /**< of the tune file, if it is not standard output */
    char temporary[PATH_MAX]; /**< its name while it is written */
    FILE *tune;               /**< a temporary file beside it */
    FILE *svg, *json;         /**< NULL if none is asked for */
} fan_tune_output;

/** Open all of them. */
fan_status fan_tune_output_open(fan_tune_output *output, const fan_tune_files *names);

/** Write all of them; the tune file takes its name when it is whole. */
fan_status fan_tune_output_write(fan_tune_output *output, const fan_tune_results *results);

/** Close what is open and remove the temporary file. */
void fan_tune_output_close(fan_tune_output *output);

#endif
