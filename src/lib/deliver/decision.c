/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/decision.h"

#include "comm/agree.h"
#include "lib/deliver/dissent.h"
#include "lib/deliver/request.h"
#include "lib/state/tell.h"
#include "tune/algorithm_names.h"

#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

const char *const fan_decision_names[FAN_DECISION_VALUES] = {
    [FAN_DECISION_WAY] = "way",
    [FAN_DECISION_ALGORITHM] = "algorithm",
    [FAN_DECISION_GROUP_SIZE] = "group size",
    [FAN_DECISION_BRANCHING] = "branching",
    [FAN_DECISION_CHUNK_BYTES] = "chunk bytes",
    [FAN_DECISION_WINDOW] = "window",
    [FAN_DECISION_SENDS] = "sends",
    [FAN_DECISION_CHILD_SENDS] = "child sends",
};

/* ---- the decision ---- */

static fan_decision of_plan(const fan_plan *plan)
{
    return (fan_decision){{[FAN_DECISION_WAY] = FAN_WAY_ENGINE,
                           [FAN_DECISION_ALGORITHM] = plan->algorithm,
                           [FAN_DECISION_GROUP_SIZE] = plan->shape.group_size,
                           [FAN_DECISION_BRANCHING] = plan->shape.branching,
                           [FAN_DECISION_CHUNK_BYTES] = fan_layout_chunk_bytes(&plan->layout),
                           [FAN_DECISION_WINDOW] = plan->window,
                           [FAN_DECISION_SENDS] = plan->sends,
                           [FAN_DECISION_CHILD_SENDS] = plan->child_sends}};
}

fan_decision fan_decision_make(const fan_comm_state *state, const fan_params *params, int64_t bytes,
                               int root, fan_way way)
{
    if (way != FAN_WAY_ENGINE || bytes == 0 || state->connection != FAN_CONNECTED)
        return (fan_decision){{[FAN_DECISION_WAY] = way}};
    fan_plan_request request = fan_delivery_request(state, bytes, root);
    fan_plan plan = fan_plan_choose(&request, params);
    return of_plan(&plan);
}

static void say(const fan_decision *d, char text[FAN_DISSENT_TEXT])
{
    const int64_t *v = d->values;
    int length = snprintf(text, FAN_DISSENT_TEXT, "%s", fan_way_names[v[FAN_DECISION_WAY]]);
    if (v[FAN_DECISION_WAY] != FAN_WAY_ENGINE)
        return;
    length += snprintf(text + length, FAN_DISSENT_TEXT - (size_t)length, " (%s",
                       fan_algorithm_names[v[FAN_DECISION_ALGORITHM]]);
    for (int i = FAN_DECISION_GROUP_SIZE; i < FAN_DECISION_VALUES; i++)
        length += snprintf(text + length, FAN_DISSENT_TEXT - (size_t)length, ", %s %lld",
                           fan_decision_names[i], (long long)v[i]);
    snprintf(text + length, FAN_DISSENT_TEXT - (size_t)length, ")");
}

/* Of those that are the subfiles. */
static int32_t descriptors_of(const fan_plan *plan)
{
    return plan->layout.parts == NULL ? 0 : (int32_t)MIN(plan->layout.parts->count, INT32_MAX);
}

void fan_decision_record(fan_trace *trace, const fan_plan *plan)
{
    fan_trace_describe(trace,
                       &(fan_record_broadcast){.chunk_bytes = fan_layout_chunk_bytes(&plan->layout),
                                               .algorithm = (int32_t)plan->algorithm,
                                               .subfiles = plan->layout.subfiles,
                                               .branching = plan->shape.branching,
                                               .secondary_groups = plan->shape.secondary_groups,
                                               .window = plan->window,
                                               .overlap = plan->overlap,
                                               .descriptors = descriptors_of(plan)});
}

void fan_decision_tell(const fan_comm_state *state, const fan_plan *plan, int64_t bytes, int root,
                       double begun)
{
    char how[FAN_DISSENT_TEXT] = "through memory of the node";
    if (begun == 0)
        return;
    if (plan != NULL) {
        fan_decision decision = of_plan(plan);
        say(&decision, how);
    }
    fan_tell_broadcast(state, bytes, root, how, begun);
}

fan_status fan_decision_compare(const fan_comm_state *state, const fan_decision *own)
{
    fan_comm_range ranges[FAN_DECISION_VALUES];
    bool equal = true;
    for (int i = 0; i < FAN_DECISION_VALUES; i++)
        ranges[i] = fan_comm_range_of(own->values[i]);
    int code = fan_comm_ranges(state->user_comm, FAN_DECISION_VALUES, ranges);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot compare how a broadcast is to be done");
    for (int i = 0; i < FAN_DECISION_VALUES; i++)
        equal = equal && fan_comm_range_is_one(ranges[i]);
    if (equal)
        return FAN_OK;
    char text[FAN_DISSENT_TEXT];
    say(own, text);
    return fan_dissent(state->user_comm, "the ranks disagree on how to broadcast", text);
}

/* ---- what it is made from ---- */

/* Members one by one: between them there may be anything. */
static uint64_t hash_contest(const fan_contest *c, uint64_t seed)
{
    int64_t numbers[] = {c->calls, c->rest, c->decided, c->is_warm, c->best, c->tried, c->left};
    uint64_t hash = XXH64(numbers, sizeof numbers, seed);
    hash = XXH64(c->tries, sizeof c->tries, hash);
    hash = XXH64(c->lengths, sizeof c->lengths, hash);
    return XXH64(c->seconds, sizeof c->seconds, hash);
}

static uint64_t hash_trials(const fan_trials *t, uint64_t seed)
{
    int64_t numbers[] = {t->has_sample, t->has_sample ? t->class : 0, t->has_sample ? t->way : 0};
    uint64_t hash = XXH64(numbers, sizeof numbers, seed);
    for (int i = 0; i < FAN_SIZE_CLASSES; i++)
        hash = hash_contest(&t->contests[i], hash);
    return hash;
}

/* What is not a parameter. */
static uint64_t hash_findings(const fan_comm_state *state)
{
    int64_t numbers[] = {state->connection, state->adapts, state->blocks,     state->small_calls,
                         state->traced,     state->block,  state->is_one_node};
    uint64_t hash = XXH64(&state->learned, sizeof state->learned, 0);
    hash = XXH64(numbers, sizeof numbers, hash);
    if (state->slowness != NULL)
        hash = XXH64(state->slowness->rates,
                     (size_t)state->map.nodes * sizeof state->slowness->rates[0], hash);
    return hash_trials(&state->trials, hash);
}

int64_t fan_decision_basis(const fan_comm_state *state)
{
    return (int64_t)(XXH64(&state->params, sizeof state->params, hash_findings(state)) >> 1);
}

/*
 * Nothing is decided by it, and the text is short. What was found of the network is a part of the
 * findings.
 */
static bool is_beside_the_point(const fan_params *params, size_t i)
{
    bool is_measured = i == FAN_PARAM_INDEX_latency || i == FAN_PARAM_INDEX_overhead ||
                       i == FAN_PARAM_INDEX_bandwidth || i == FAN_PARAM_INDEX_gap;
    return i == FAN_PARAM_INDEX_check || i == FAN_PARAM_INDEX_cache || i == FAN_PARAM_INDEX_debug ||
           (is_measured && !fan_params_given(params, i));
}

void fan_decision_say_basis(const fan_comm_state *state, char *text, size_t size)
{
    fan_params preset = fan_params_default();
    uint32_t findings = (uint32_t)hash_findings(state);
    size_t length = (size_t)snprintf(text, size, "findings %08x", (unsigned)findings);
    for (size_t i = 0; i < fan_param_count() && length < size; i++) {
        char own[64], usual[64];
        fan_params_get(&state->params, i, own, sizeof own);
        fan_params_get(&preset, i, usual, sizeof usual);
        if (!is_beside_the_point(&state->params, i) && strcmp(own, usual) != 0)
            length +=
                (size_t)snprintf(text + length, size - length, ", %s %s", fan_param_name(i), own);
    }
}
