/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/model/results.h"

#include <string.h>

const char *const fan_tune_names[FAN_TUNE_NAMES] = {"latency", "overhead",    "bandwidth",
                                                    "gap",     "connections", "min_bytes"};

void fan_tune_value(const fan_params *params, const char *name, char *text, size_t size)
{
    for (size_t i = 0; i < fan_param_count(); i++)
        if (strcmp(fan_param_name(i), name) == 0)
            fan_params_get(params, i, text, size);
}
