/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-trace. */
#ifndef FAN_TOOLS_TRACE_OPTIONS_H
#define FAN_TOOLS_TRACE_OPTIONS_H

#include <stdbool.h>

enum { FAN_TRACE_ALL = -1 };

typedef struct fan_tracetool_options {
    char **files; /**< [count], of argv */
    int count;
    int communicator; /**< in the order of the files, or FAN_TRACE_ALL */
    int broadcast;    /**< or FAN_TRACE_ALL */
    bool check;
    const char *svg; /**< or NULL */
} fan_tracetool_options;

/** Parse it. Ends the program with status 2 if it is wrong. */
void fan_tracetool_options_parse(int argc, char **argv, fan_tracetool_options *options);

#endif
