/* SPDX-License-Identifier: BSD-3-Clause */
/** @file terminal.h  Is somebody watching? */
#ifndef FAN_OS_TERMINAL_H
#define FAN_OS_TERMINAL_H

#include <stdio.h>

/**
 * The terminal of the user, or NULL if there is none, or if this job is in its background.
 * Launchers put pipes in the place of standard error, so /dev/tty is asked as well.
 */
FILE *fan_os_terminal_open(void);

#endif
