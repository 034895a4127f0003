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

enum { PIECE = 1024 * 1024, PIECES = 3 /* of a stream down a chain */ };

/* Until the last node has the first piece, each node before it has had that piece alone. */
static bool fills_soon(const fan_comm_state *state, int64_t bytes)
{
    enum { LONGEST_CHAIN = 16, TIMES_AS_LONG = 32 };
    int nodes = state->map.nodes;
    return nodes > 2 && nodes <= LONGEST_CHAIN && bytes / PIECE >= TIMES_AS_LONG * nodes;
}

/* On nodes of one rank each, of which none is slow or further away than others. */
static bool is_for_chain(const fan_comm_state *state, int64_t bytes, const fan_params *params)
{
    enum { CHUNK = 16 * 1024 };
    return state->map.largest == 1 && state->order == NULL && fills_soon(state, bytes) &&
           2 * params->latency * params->bandwidth <= PIECE &&
           fan_delivery_is_limited_by_processors(state, CHUNK);
}

/*
 * 256 MiB to 9 hosts without a limit, on 2 cores: 1.45 to 1.6 s as the planner has it, a group of 8
 * that exchange pieces of 512 KiB, 28 MiB in all; 1.37 s down a chain with a window of 6 MiB, and
 * 1.14 s with one of 3 MiB. A loop of MPI_Bcast took 1.07 s.
 */
void fan_delivery_suit_stream(const fan_comm_state *state, int64_t bytes, fan_params *params)
{
    if (!params->adapt || params->shared_source || fan_comm_state_is_told_how(params) ||
        !is_for_chain(state, bytes, params))
        return;
    params->algorithm = FAN_CHAIN;
    params->chunk_bytes = PIECE;
    params->window = PIECES;
}

bool fan_delivery_is_synchronous(fan_comm_state *state, const fan_plan *plan)
{
    enum { FURTHEST_AHEAD = 16 };
    double chunk = (double)fan_layout_chunk_bytes(&plan->layout);
    if (fan_ulfm_is_on() || !fan_delivery_is_limited_by_processors(state, chunk))
        return true;
    return atomic_fetch_add(&state->eager_deliveries, 1) % FURTHEST_AHEAD == FURTHEST_AHEAD - 1;
}
