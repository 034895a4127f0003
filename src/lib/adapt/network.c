/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/network.h"

#include "comm/agree.h"
#include "comm/probe/probe.h"
#include "lib/deliver/pending.h"
#include "plan/planner.h"

#include <string.h>

/* What measuring may cost: these seconds, or that share of the broadcast. */
static const double least_patience = 4e-3, share = 0.02;
/*
 * Where it would have cost more to find out: on long links, the rate that most of them have. If it
 * is less, only the chunks are smaller than they need be.
 */
static const double assumed_bandwidth = 125e6;
/*
 * Bytes that could be sent in the time for which a message occupies a link besides its own: those
 * of headers, and of the small messages by which two ends agree on it. fanout-tune finds 200 to 500
 * of them over TCP. Without them chunks on slow links would be of 4 KiB.
 */
static const double gap_bytes = 300;
enum { WORTH_MORE_TIME = 8 /* times the bytes */ };

/* It has been measured for a broadcast so large that this one gives no more time for it. */
static bool is_known(const fan_learned *network, int64_t bytes)
{
    return network->known &&
           (network->link.bandwidth > 0 || bytes < WORTH_MORE_TIME * network->bytes);
}

/* The leaders of the first two nodes do it, and the first one tells the others. */
static int measure(const fan_comm_state *state, int64_t bytes, fan_probe_link *link)
{
    const int *leader = state->map.leader;
    int tag = state->first_tag + FAN_TAG_NODE, code = MPI_SUCCESS;
    fan_probe_patience patience = {least_patience, share, (double)bytes};
    if (state->rank == leader[0])
        code = fan_probe_lead(state->comm, leader[1], tag, &patience, link);
    else if (state->rank == leader[1])
        code = fan_probe_follow(state->comm, leader[0], tag);
    int shared = fan_comm_from(leader[0], link, sizeof *link, state->user_comm);
    return code == MPI_SUCCESS ? shared : code;
}

static void use(fan_comm_state *state, const fan_probe_link *link)
{
    fan_params *params = &state->params;
    if (!fan_params_given(params, "latency"))
        params->latency = link->latency;
    if (!fan_params_given(params, "bandwidth"))
        params->bandwidth = link->bandwidth > 0 ? link->bandwidth : assumed_bandwidth;
    if (!fan_params_given(params, "overhead"))
        params->overhead = link->overhead > 0 ? link->overhead : params->overhead;
    if (!fan_params_given(params, "gap"))
        params->gap = gap_bytes / params->bandwidth;
    fan_pending_finish(state, &state->lane); /* their plan is that of the old parameters */
    fan_planned_forget(&state->planned);
    state->learned = state->placement->network;
}

fan_status fan_adapt_to_network(fan_comm_state *state, int64_t bytes)
{
    fan_learned *network = &state->placement->network;
    if (!state->params.adapt || state->map.nodes < 2)
        return FAN_OK;
    if (!is_known(network, bytes)) {
        fan_probe_link link = {0};
        int code = measure(state, bytes, &link);
        if (code != MPI_SUCCESS)
            return fan_fail_mpi(code, "cannot measure the network");
        *network = (fan_learned){.known = true, .bytes = bytes, .link = link};
    }
    if (memcmp(&state->learned, network, sizeof *network) != 0)
        use(state, &network->link);
    return FAN_OK;
}

double fan_adapt_limit(const fan_comm_state *state, int64_t bytes)
{
    fan_model model = fan_params_model(&state->params);
    return fan_limit_time(&model, (double)bytes);
}
