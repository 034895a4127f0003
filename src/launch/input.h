/* SPDX-License-Identifier: BSD-3-Clause */
/** @file input.h  What the launcher does to standard input. */
#ifndef FAN_LAUNCH_INPUT_H
#define FAN_LAUNCH_INPUT_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Whether the launcher is one that passes standard input on with bytes repeated, without an error,
 * when the process reads it more slowly than it comes. Local.
 */
bool fan_launch_spoils_input(void);

/**
 * The launcher's process that passes standard input on to this one, or 0: there is none, or it
 * cannot be known. When it dies, standard input ends as it does when all was read; so ask
 * fan_launch_is_ancestor() then. Local.
 */
pid_t fan_launch_input_giver(void);

#endif
