/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-copy. */
#ifndef FAN_COPY_OPTIONS_H
#define FAN_COPY_OPTIONS_H

#include <stdbool.h>

/** When to show a progress line. */
typedef enum fan_copy_show {
    FAN_COPY_SHOW_ON_TERMINAL,
    FAN_COPY_SHOW_ALWAYS,
    FAN_COPY_SHOW_NEVER
} fan_copy_show;

typedef struct fan_copy_options {
    const char *source;
    const char *destination; /**< with %h, %r and %% still in it */
    const char *json;        /**< file name, "-", or NULL */
    bool sync;
    bool quiet;
    fan_copy_show progress;
} fan_copy_options;

/**
 * Parse the arguments, the same on every rank. --help, --version and errors end the process with
 * exit(), with the same status on every rank; only a rank with `prints` writes anything.
 */
void fan_copy_options_parse(int argc, char **argv, bool prints, fan_copy_options *options);

#endif
