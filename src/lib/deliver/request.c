/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/request.h"

#include "comm/ulfm/ulfm.h"

bool fan_delivery_is_small(const fan_comm_state *state, int64_t bytes)
{
    bool is_pair = state->size == 2 && state->map.nodes == 1;
    return (is_pair ? bytes / 32 : bytes) < state->params.min_bytes;
}

fan_plan_request fan_delivery_request(const fan_comm_state *state, int64_t bytes, int root)
{
    return (fan_plan_request){.bytes = bytes,
                              .nodes = state->map.nodes,
                              .root = state->map.node_of[root],
                              .local = state->map.largest,
                              .order = state->order};
}

bool fan_delivery_is_limited_by_processors(const fan_comm_state *state, double bytes)
{
    const fan_params *params = &state->params;
    bool is_known =
        fan_params_given(params, FAN_PARAM_INDEX_overhead) || state->learned.link.overhead > 0;
    return is_known && bytes / params->bandwidth < 2 * 2 * params->overhead;
}

bool fan_delivery_is_synchronous(fan_comm_state *state, const fan_plan *plan)
{
    enum { FURTHEST_AHEAD = 16 };
    double chunk = (double)fan_layout_chunk_bytes(&plan->layout);
    if (fan_ulfm_is_on() || !fan_delivery_is_limited_by_processors(state, chunk))
        return true;
    return atomic_fetch_add(&state->eager_deliveries, 1) % FURTHEST_AHEAD == FURTHEST_AHEAD - 1;
}
