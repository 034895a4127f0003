/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-plan. */
#ifndef FAN_TOOLS_PLAN_OPTIONS_H
#define FAN_TOOLS_PLAN_OPTIONS_H

#include "plan/planner.h"
#include "tune/params.h"

#include <stdbool.h>

typedef struct fan_plantool_options {
    fan_plan_request request;
    fan_order *order; /**< that of the request, which the caller frees */
    fan_params params;
    const char *svg; /**< file to draw to, or NULL */
    bool table;
    bool all;
    bool simulate;
    int schedule; /**< the node whose schedule to print, -1: none */
} fan_plantool_options;

/**
 * Read the command line, the environment and the tune file. Exits with 2, or 1 for an unreadable
 * file.
 */
void fan_plantool_options_parse(int argc, char **argv, fan_plantool_options *options);

#endif
