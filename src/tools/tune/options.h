/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-tune. */
#ifndef FAN_TOOLS_TUNE_OPTIONS_H
#define FAN_TOOLS_TUNE_OPTIONS_H

#include <stdbool.h>

typedef struct fan_tune_options {
    const char *output; /**< file name, or "-" for standard output */
    const char *svg;    /**< file name or NULL */
    const char *json;   /**< file name or NULL */
    double seconds;     /**< for measuring */
    bool quiet;
} fan_tune_options;

/** Parse the arguments, as fan_parse_on_ranks does. */
void fan_tune_options_parse(int argc, char **argv, bool prints, fan_tune_options *options);

#endif
