/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/model.h"

#include <sys/param.h>

double fan_link_time(const fan_model *model, double bytes)
{
    return bytes / model->bandwidth + model->gap;
}

double fan_chunk_time(const fan_model *model, double chunk_bytes)
{
    double on_link = fan_link_time(model, chunk_bytes);
    double in_processor = 2 * model->overhead + chunk_bytes * model->copy;
    return MAX(on_link, in_processor);
}

double fan_hop_time(const fan_model *model)
{
    return model->latency + 2 * model->overhead;
}

double fan_cost_time(const fan_model *model, const fan_cost *cost, double bytes, double chunks,
                     double chunk_bytes)
{
    return cost->rounds * chunks * fan_chunk_time(model, bytes / chunks) +
           cost->fill * fan_chunk_time(model, chunk_bytes) + cost->hops * fan_hop_time(model) +
           2 * chunk_bytes * model->copy;
}

double fan_limit_time(const fan_model *model, double bytes)
{
    return fan_hop_time(model) + fan_link_time(model, bytes);
}
