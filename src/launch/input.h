/* SPDX-License-Identifier: BSD-3-Clause */
/** @file input.h  What the launcher does to standard input. */
#ifndef FAN_LAUNCH_INPUT_H
#define FAN_LAUNCH_INPUT_H

#include <stdbool.h>

/**
 * Whether the launcher is one that passes standard input on with bytes repeated, without an error,
 * when the process reads it more slowly than it comes. Local.
 */
bool fan_launch_spoils_input(void);

#endif
