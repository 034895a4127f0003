/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/model.h"

double fan_chunk_time(const fan_model *model, double chunk_bytes)
{
    double on_link = chunk_bytes / model->bandwidth;
    double in_processor = 2 * model->overhead;
    return on_link > in_processor ? on_link : in_processor;
}

double fan_hop_time(const fan_model *model)
{
    return model->latency + 2 * model->overhead;
}

double fan_cost_time(const fan_model *model, const fan_cost *cost, double bytes, double chunks,
                     double chunk_bytes)
{
    return cost->rounds * chunks * fan_chunk_time(model, bytes / chunks) +
           cost->fill * fan_chunk_time(model, chunk_bytes) + cost->hops * fan_hop_time(model);
}

double fan_limit_time(const fan_model *model, double bytes)
{
    return fan_hop_time(model) + bytes / model->bandwidth;
}
