/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-tune. */
#ifndef FAN_TOOLS_TUNE_OPTIONS_H
#define FAN_TOOLS_TUNE_OPTIONS_H

#include "tools/tune/output/output.h"

#include <stdbool.h>

typedef struct fan_tune_options {
    fan_tune_files files;
    double seconds; /**< for measuring */
    bool quiet;
} fan_tune_options;

/** Parse the arguments, as fan_os_parse_on_ranks does. */
void fan_tune_options_parse(int argc, char **argv, bool prints, fan_tune_options *options);

#endif
