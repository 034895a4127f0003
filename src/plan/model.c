/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/model.h"

double fan_chunk_time(const fan_model *model, double chunk_bytes)
{
    double wire = chunk_bytes / model->bandwidth;
    return wire > model->overhead ? wire : model->overhead;
}

double fan_cost_time(const fan_model *model, const fan_cost *cost, double chunks,
                     double chunk_bytes)
{
    return (cost->rounds * chunks + cost->fill) * fan_chunk_time(model, chunk_bytes) +
           cost->hops * (model->latency + model->overhead);
}

double fan_limit_time(const fan_model *model, double bytes)
{
    return model->latency + model->overhead + fan_chunk_time(model, bytes);
}
