/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/callback.h"

static _Thread_local bool running;

void fan_callback_begin(void)
{
    running = true;
}

void fan_callback_end(void)
{
    running = false;
}

bool fan_callback_is_running(void)
{
    return running;
}

fan_status fan_callback_refuse(const char *what)
{
    return !running ? FAN_OK
                    : fan_fail(FAN_ERR_ARGUMENT,
                               "%s cannot be called from the source or sink of a stream", what);
}
