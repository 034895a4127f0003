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

bool fan_plan_is_long(const fan_model *model)
{
    const double long_latency = 2e-3; /* seconds */
    return model->latency > long_latency;
}

/*
 * A long stream has time to fill its pipeline. Where processors move the data, the work for
 * messages takes time from the link: 256 MiB to 9 hosts without a limit, on 2 cores, took 1.7 s in
 * chunks of 64 KiB, and 1.3 s in those of 512 KiB.
 */
int64_t fan_plan_least_chunk(const fan_model *model)
{
    enum { MOST = 512 * 1024 };
    const double most_work = 0.1; /* of a chunk's time on the link */
    double least = 2 * model->overhead * model->bandwidth / most_work;
    int64_t chunk = FAN_PLAN_SMALLEST_CHUNK;
    while (chunk < MOST && (double)chunk < least)
        chunk *= 2;
    return chunk;
}

/*
 * On long links the two chunks that each edge has in progress at least must not be more than a
 * round trip takes: they would overflow queues, and what is lost takes round trips to be sent
 * again. 128 MiB to 9 hosts, 100 Mbit/s and 20 ms a link, took 1.39 of the limit in chunks of 64
 * KiB, 1,200 of 218,000 frames sent again, and 1.20 in those of 32 KiB, 100 sent again.
 */
int64_t fan_plan_largest_chunk(const fan_model *model, int k)
{
    enum { LEAST = 32 * 1024 };
    int64_t chunk = FAN_PLAN_LARGEST_CHUNK;
    while (fan_plan_is_long(model) && chunk > LEAST &&
           (double)chunk > model->latency * model->bandwidth / k)
        chunk /= 2;
    return chunk;
}
