/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/request.h"

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
