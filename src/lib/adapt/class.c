/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/class.h"

#include "lib/state/comm_state.h"

#include <sys/param.h>

int fan_trial_class(int64_t bytes)
{
    enum { BITS = 63 };
    return bytes > 1 ? MIN(BITS - __builtin_clzll((unsigned long long)bytes), FAN_CLASSES - 1) : 0;
}
