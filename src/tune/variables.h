/* SPDX-License-Identifier: BSD-3-Clause */
/** @file variables.h  The environment variables that libfanout reads. */
#ifndef FAN_TUNE_VARIABLES_H
#define FAN_TUNE_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

/** The longest name of a variable that is looked at, with its end. */
enum { FAN_VARIABLE_TEXT = 64 };

/**
 * The known variable whose name is nearest to `name`. Local, thread-safe.
 *
 * @param nearest   [FAN_VARIABLE_TEXT] receives its name, "" if none is near
 * @return          0 if `name` itself is known, else the distance: letters to add, drop or replace
 */
size_t fan_variable_nearest(const char *name, char *nearest);

/**
 * Call `visit` for each variable in the environment whose name begins with FANOUT_ and is not
 * known, with its name and the nearest known one ("" if none is near). Those of tests, FANOUT_TEST_
 * and what follows, are known. Local.
 */
void fan_variables_unknown(void (*visit)(const char *name, const char *nearest));

/**
 * Whether FANOUT_PROGRESS asks for a thread that makes progress. Local.
 *
 * @param wrong  receives its value if it is neither that nor empty, else NULL
 */
bool fan_variable_wants_thread(const char **wrong);

/** Whether FANOUT_STATS asks for statistics: it is set, and neither empty nor 0. Local. */
bool fan_variable_wants_stats(void);

#endif
