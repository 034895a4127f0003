/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/plan_model.h"

fan_model fan_params_model(const fan_params *params)
{
    return (fan_model){.latency = params->latency,
                       .bandwidth = params->bandwidth,
                       .overhead = params->overhead,
                       .gap = params->gap};
}

fan_model fan_plan_model(const fan_params *params, int local)
{
    fan_model model = fan_params_model(params);
    if (local > 1)
        model.copy = 1 / params->copy_bandwidth;
    return model;
}
