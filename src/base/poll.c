/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/poll.h"

#include <sched.h>

enum { POLLS_BEFORE_YIELD = 32 };

bool fan_poll_pause(int *polls)
{
    if (*polls < POLLS_BEFORE_YIELD && ++*polls < POLLS_BEFORE_YIELD)
        return false;
    sched_yield();
    return true;
}
