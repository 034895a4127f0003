/* SPDX-License-Identifier: BSD-3-Clause */
/** @file checks.h  Which options go together. */
#ifndef FAN_COPY_OPTIONS_CHECKS_H
#define FAN_COPY_OPTIONS_CHECKS_H

#include "copy/options/options.h"

#include <argp.h>

/** Say what is wrong with the command line, and end with status 2. */
void fan_copy_options_wrong(struct argp_state *state, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Whether it is a number of seconds to wait for. */
bool fan_copy_options_seconds(const char *text);

/** Why --once or --unpack does not go together with the other options; NULL if it does. */
const char *fan_copy_options_conflict(const fan_copy_options *options);

/** Check all options together, and add what follows from others. */
void fan_copy_options_check(fan_copy_options *options, struct argp_state *state);

#endif
