/* SPDX-License-Identifier: BSD-3-Clause */
/** @file alone.h  Processes that were started together, of which each believes to be alone. */
#ifndef FAN_LAUNCH_ALONE_H
#define FAN_LAUNCH_ALONE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Whether this process is one of several by the environment, but the only one by MPI: the launcher
 * is not that of the program's MPI library. Between MPI_Init and MPI_Finalize; local, no messages.
 *
 * @param text  [out] if so: what the environment says, and what helps; "" in all processes but the
 *              first, so that it is said once
 */
bool fan_launch_alone_by_mistake(char *text, size_t size);

/**
 * For our programs: the same, said on standard error. They end with status 1 then.
 *
 * @param program  its name, with which the message begins
 */
bool fan_launch_refuses(const char *program);

#endif
