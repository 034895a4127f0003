/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tune/algorithm_names.h"

#include <string.h>

const char *const fan_algorithm_names[FAN_ALGORITHMS] = {"auto", "chain", "group",
                                                         "full", "ktree", "kexchange"};

int fan_algorithm_by_name(const char *name)
{
    for (int i = 0; i < FAN_ALGORITHMS; i++)
        if (strcmp(fan_algorithm_names[i], name) == 0)
            return i;
    return -1;
}
