/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/network.h"

#include "comm/agree.h"
#include "comm/probe/probe.h"
#include "lib/adapt/memory.h"
#include "lib/adapt/words.h"
#include "lib/deliver/pending.h"
#include "lib/state/tell.h"
#include "plan/planner.h"

#include <math.h>
#include <string.h>

/* What measuring may cost: these seconds, or that share of the broadcast. */
static const double least_patience = 4e-3, share = 0.02;
/* That share before something slow might be tried, which could cost several times the broadcast. */
static const double share_before_trial = 0.25;
/* But where links are fast, 4 ms are more than a broadcast of 1 MiB takes: this share at most. */
static const double most_of_short = 0.25;
/*
 * Where it would have cost more to find out, which is so on long links. If it is less, what is
 * planned to be in progress overflows queues: 1 MiB to 9 hosts, 100 Mbit/s and 5 ms a link, took
 * 1.23 of the limit when planned for 1 Gbit/s, and takes 1.15 now.
 */
static const double assumed_bandwidth = 12.5e6;
static const double worth_more_time = 8; /* times what it was before */

static const char failure[] = "cannot measure the network";

static fan_probe_patience patience_for(int64_t bytes)
{
    return (fan_probe_patience){least_patience, share, (double)bytes, most_of_short};
}

/* Seconds that may be spent for a broadcast of so many bytes, where the bandwidth is not known. */
static double allowed(int64_t bytes)
{
    fan_probe_patience patience = patience_for(bytes);
    return fan_probe_allowed(&patience, assumed_bandwidth);
}

/* What is known is all that is to be had in what time there is for this broadcast. */
static bool is_known(const fan_learned *learned, int64_t bytes)
{
    if (!learned->known)
        return false;
    if (learned->link.is_rough)
        return (double)bytes < worth_more_time * (double)learned->bytes;
    return learned->link.bandwidth > 0 ||
           allowed(bytes) < worth_more_time * allowed(learned->bytes);
}

static bool is_all_by_hand(const fan_params *p)
{
    return fan_params_given(p, FAN_PARAM_INDEX_latency) &&
           fan_params_given(p, FAN_PARAM_INDEX_overhead) &&
           fan_params_given(p, FAN_PARAM_INDEX_bandwidth) &&
           fan_params_given(p, FAN_PARAM_INDEX_gap);
}

/* What rank 0, which is the leader of the first node, tells the others. */
typedef struct report {
    fan_comm_verdict verdict;
    fan_learned learned;
} report;

static fan_status status_of(int code)
{
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, "%s", failure);
}

/* What an earlier job has found costs a round trip; then there is nothing new to be kept. */
static fan_status lead(const fan_comm_state *state, int tag, const fan_probe_patience *patience,
                       bool anew, fan_learned *learned)
{
    fan_probe_link earlier;
    bool is_known = !anew && fan_adapt_recall(state, &earlier), is_earlier;
    int code = fan_probe_lead(state->comm, state->map.leader[1], tag, patience,
                              is_known ? &earlier : NULL, &learned->link, &is_earlier);
    learned->is_earlier = is_earlier;
    if (code == MPI_SUCCESS && !is_earlier)
        fan_adapt_keep(state, &learned->link);
    return status_of(code);
}

/* The leaders of the first two nodes do it. */
static fan_status measure(const fan_comm_state *state, const fan_probe_patience *patience,
                          bool anew, fan_learned *learned)
{
    const int *leader = state->map.leader;
    int tag = state->first_tag + FAN_TAG_NODE;
    fan_status own = FAN_OK;
    fan_failure failed;
    report r;
    memset(&r, 0, sizeof r);
    r.learned.known = true;
    r.learned.bytes = (int64_t)patience->of_bytes;
    if (state->rank == leader[0])
        own = lead(state, tag, patience, anew, &r.learned);
    else if (state->rank == leader[1])
        own = status_of(fan_probe_follow(state->comm, leader[0], tag));
    fan_fail_keep(&failed, own);
    fan_status status = fan_comm_share(state->user_comm, own, &r.verdict, sizeof r, failure);
    *learned = r.learned;
    return own == FAN_OK ? status : fan_fail_again(&failed);
}

static void use(fan_comm_state *state, const fan_probe_link *link)
{
    fan_params *params = &state->params;
    if (!fan_params_given(params, FAN_PARAM_INDEX_latency))
        params->latency = link->latency;
    if (!fan_params_given(params, FAN_PARAM_INDEX_bandwidth))
        params->bandwidth = link->bandwidth > 0 ? link->bandwidth : assumed_bandwidth;
    if (!fan_params_given(params, FAN_PARAM_INDEX_overhead))
        params->overhead = link->overhead > 0 ? link->overhead : params->overhead;
    if (!fan_params_given(params, FAN_PARAM_INDEX_gap))
        params->gap = FAN_PARAMS_GAP_BYTES / params->bandwidth;
    fan_pending_finish(state, &state->lane); /* their plan is that of the old parameters */
    fan_planned_forget(&state->planned);
    state->learned = state->placement->network;
    state->slowness = state->placement->slowness;
    state->order = state->slowness != NULL ? state->slowness->order : state->placement->order;
    if (fan_tells(state, FAN_DEBUG_INFO))
        fan_tell_words(state, fan_words_found(state, FAN_WORDS_NO_CLASS));
}

/* All that were found on one placement are alike. `anew`: whatever an earlier job has found. */
static fan_status measure_and_keep(const fan_comm_state *state, const fan_probe_patience *patience,
                                   bool anew)
{
    fan_learned found;
    fan_status status = measure(state, patience, anew, &found);
    if (status == FAN_OK)
        state->placement->network = found;
    return status;
}

/* Found since, perhaps on another communicator. */
static bool is_news(const fan_comm_state *state)
{
    const fan_placement *placement = state->placement;
    return memcmp(&state->learned, &placement->network, sizeof state->learned) != 0 ||
           state->slowness != placement->slowness;
}

fan_status fan_adapt_to_network(fan_comm_state *state, int64_t bytes)
{
    const fan_params *params = &state->params;
    fan_status status = FAN_OK;
    if (state->connection != FAN_CONNECTED || !params->adapt || state->map.nodes < 2)
        return FAN_OK;
    const fan_learned *network = &state->placement->network;
    fan_probe_patience patience = patience_for(bytes);
    if (!is_all_by_hand(params) && !is_known(network, bytes))
        status = measure_and_keep(state, &patience, false);
    if (status == FAN_OK && is_news(state))
        use(state, &network->link);
    return status;
}

fan_status fan_adapt_to_bandwidth(fan_comm_state *state, int64_t bytes)
{
    fan_probe_patience patience = {least_patience, share_before_trial, (double)bytes, INFINITY};
    fan_status status = measure_and_keep(state, &patience, true);
    if (status == FAN_OK)
        use(state, &state->placement->network.link);
    return status;
}

bool fan_adapt_knows_bandwidth(const fan_comm_state *state)
{
    const fan_probe_link *link = &state->learned.link;
    return (link->bandwidth > 0 && !link->is_rough) ||
           fan_params_given(&state->params, FAN_PARAM_INDEX_bandwidth);
}

double fan_adapt_limit(const fan_comm_state *state, int64_t bytes)
{
    fan_model model = fan_params_model(&state->params);
    if (state->order != NULL)
        model.bandwidth *= state->order->slowest;
    return fan_limit_time(&model, (double)bytes);
}
