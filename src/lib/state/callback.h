/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file callback.h  While a source or a sink of a stream runs, this thread is in the middle of the
 * stream: a call of the library from there would wait for itself. Local, per thread.
 */
#ifndef FAN_LIB_STATE_CALLBACK_H
#define FAN_LIB_STATE_CALLBACK_H

#include "base/status.h"

#include <stdbool.h>

/** A function of the user's begins, or has ended, in this thread. */
void fan_callback_begin(void);
void fan_callback_end(void);

/** Whether one is running in this thread. */
bool fan_callback_is_running(void);

/** FAN_OK, or a failure that says that `what` cannot be called from a callback. */
fan_status fan_callback_refuse(const char *what);

#endif
