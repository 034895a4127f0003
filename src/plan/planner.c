/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/planner.h"

#include "plan/algorithms/algorithms.h"

#include <math.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

enum {
    smallest_chunk =
        4 * 1024, /* below, the header and the overhead of a message weigh more than it saves */
    largest_chunk = 1024 * 1024,
    largest_chosen_branching = 4,
    largest_ktree_k = 8,
    most_cell_bytes = 128 * 1024 * 1024 /* window x chunk of a stream, per rank */
};

/*
 * In the order of preference among equals. `full` costs more than `group` and is used on request
 * only.
 */
static const fan_algorithm by_preference[] = {FAN_GROUP, FAN_KEXCHANGE, FAN_KTREE, FAN_CHAIN};
static const size_t candidates = sizeof by_preference / sizeof by_preference[0];

/*
 * Equal is what differs by less than the model can tell. Among equals a deep schedule loses: each
 * hop waits for a processor that may be busy, which the model does not know.
 */
static const double indifference = 1.01;
static const double indifferent_hops = 2;

typedef struct search {
    const fan_request *request;
    const fan_params *params;
    fan_model model;
    void (*visit)(void *state, const fan_plan *plan);
    void *state;
} search;

fan_model fan_params_model(const fan_params *params)
{
    return (fan_model){params->latency, params->bandwidth, params->overhead};
}

/* Messages in flight that keep a link busy during one latency. */
static double chunks_in_latency(const fan_model *model, int64_t chunk_bytes)
{
    double chunks = fan_hop_time(model) / fan_chunk_time(model, (double)chunk_bytes);
    return MIN(chunks, 64);
}

static int window_for(const search *s, const fan_plan *plan, int skew)
{
    if (s->params->window > 0)
        return (int)s->params->window;
    /* the skew, two chunks being received and one being sent, but no more than there are */
    double in_latency = chunks_in_latency(&s->model, plan->layout.chunk_bytes);
    int window = skew + 3 + (int)ceil(in_latency / plan->layout.classes);
    int64_t rounds = (fan_layout_chunks(&plan->layout) - 1) / plan->layout.classes + 1;
    return (int)MAX(1, MIN(window, rounds));
}

static int sends_for(const search *s, const fan_plan *plan)
{
    if (s->params->sends > 0)
        return (int)s->params->sends;
    /* one on its way out, one behind it, and those of which the receiver's word is still on its way back */
    return 2 + (int)ceil(2 * chunks_in_latency(&s->model, plan->layout.chunk_bytes));
}

static fan_cost cost_of(const fan_model *model, const fan_plan *plan)
{
    double hop = fan_hop_time(model) / fan_chunk_time(model, (double)plan->layout.chunk_bytes);
    return fan_algorithms[plan->algorithm].cost(&plan->shape, hop);
}

static void set_chunk(const search *s, fan_plan *plan, int64_t chunk)
{
    plan->layout = fan_layout_make(s->request->bytes, chunk, plan->layout.classes);
    fan_cost cost = cost_of(&s->model, plan);
    plan->predicted = fan_cost_time(&s->model, &cost, (double)fan_layout_chunks(&plan->layout),
                                    (double)plan->layout.chunk_bytes);
}

/* The chunk with the least predicted time, the larger of two equal ones. */
static void choose_chunk(const search *s, fan_plan *plan)
{
    if (s->params->chunk_bytes > 0) {
        set_chunk(s, plan, s->params->chunk_bytes);
        return;
    }
    fan_plan best = *plan;
    set_chunk(s, &best, largest_chunk);
    for (int64_t chunk = largest_chunk / 2; chunk >= smallest_chunk; chunk /= 2) {
        set_chunk(s, plan, chunk);
        if (plan->predicted < best.predicted)
            best = *plan;
    }
    *plan = best;
}

static void limit_cells(const search *s, fan_plan *plan)
{
    int64_t cell_bytes = plan->layout.chunk_bytes * plan->layout.classes;
    if (s->request->bounded)
        plan->window =
            (int)MAX(1, MIN((int64_t)plan->window, most_cell_bytes / MAX(1, cell_bytes)));
}

static void consider(const search *s, fan_algorithm algorithm, int k, int b)
{
    fan_plan plan = {
        .algorithm = algorithm,
        .nodes = s->request->nodes,
        .root = s->request->root,
        .shape = {.recipients = s->request->nodes - 1,
                  .group_size = k,
                  .branching = b,
                  .secondary_groups = s->request->bounded ? 0 : (int)s->params->secondary_groups},
        .overlap = s->request->bounded || s->params->overlap != 0,
        .limit_predicted = fan_limit_time(&s->model, (double)s->request->bytes),
    };
    fan_algorithms[algorithm].normalise(&plan.shape);
    plan.layout.classes = plan.shape.group_size;
    choose_chunk(s, &plan);
    plan.window = window_for(s, &plan, cost_of(&s->model, &plan).skew);
    plan.sends = sends_for(s, &plan);
    limit_cells(s, &plan);
    s->visit(s->state, &plan);
}

static void consider_branchings(const search *s, fan_algorithm algorithm, int k)
{
    bool has_branching = algorithm == FAN_GROUP || algorithm == FAN_FULL;
    int fixed = (int)s->params->branching;
    if (fixed > 0 || !has_branching) {
        consider(s, algorithm, k, MAX(1, fixed));
        return;
    }
    int groups = (s->request->nodes - 2) / k + 1;
    for (int b = 1; b <= MIN(largest_chosen_branching, MAX(1, groups - 1)); b++)
        consider(s, algorithm, k, b);
}

static int largest_k(const search *s, fan_algorithm algorithm)
{
    int most = MIN((int)s->params->connections, s->request->nodes - 1);
    return algorithm == FAN_KTREE || algorithm == FAN_KEXCHANGE ? MIN(most, largest_ktree_k) : most;
}

static void consider_group_sizes(const search *s, fan_algorithm algorithm)
{
    if (algorithm == FAN_CHAIN) {
        consider(s, algorithm, 1, 1);
    } else if (s->params->group_size > 0) {
        consider_branchings(s, algorithm, (int)s->params->group_size);
    } else {
        int most = largest_k(s, algorithm);
        for (int k = MIN(2, most); k <= most; k++)
            consider_branchings(s, algorithm, k);
    }
}

/* False for what cannot do what the parameters ask for. */
static bool is_candidate(const search *s, fan_algorithm algorithm)
{
    const fan_params *p = s->params;
    bool needs_groups = p->branching > 0 || (p->secondary_groups > 0 && !s->request->bounded);
    if (algorithm == FAN_CHAIN && p->group_size > 1)
        return false;
    return algorithm == FAN_GROUP || !needs_groups;
}

void fan_plan_candidates(const fan_request *request, const fan_params *params,
                         void (*visit)(void *state, const fan_plan *plan), void *state)
{
    if (request->nodes < 2)
        return;
    search s = {request, params, fan_params_model(params), visit, state};
    fan_algorithm wanted = (fan_algorithm)params->algorithm;
    if (wanted != FAN_AUTO) {
        consider_group_sizes(&s, wanted);
        return;
    }
    for (size_t i = 0; i < candidates; i++)
        if (is_candidate(&s, by_preference[i]))
            consider_group_sizes(&s, by_preference[i]);
}

static void keep_best(void *state, const fan_plan *plan)
{
    fan_plan *best = &((fan_plan *)state)[plan->algorithm];
    if (best->nodes == 0 || plan->predicted < best->predicted)
        *best = *plan;
}

static double hops_of(const fan_plan *plan)
{
    return fan_algorithms[plan->algorithm].cost(&plan->shape, 1).hops;
}

/* The one to take of the best plans of the algorithms; an entry with 0 nodes is no plan. */
static const fan_plan *preferred(const fan_plan best[FAN_ALGORITHMS])
{
    double least = INFINITY;
    for (int i = 0; i < FAN_ALGORITHMS; i++)
        if (best[i].nodes > 0)
            least = MIN(least, best[i].predicted);
    double hops = INFINITY;
    for (int i = 0; i < FAN_ALGORITHMS; i++)
        if (best[i].nodes > 0 && best[i].predicted <= least * indifference)
            hops = MIN(hops, hops_of(&best[i]));
    for (size_t i = 0; i < candidates; i++) {
        const fan_plan *plan = &best[by_preference[i]];
        if (plan->nodes > 0 && plan->predicted <= least * indifference &&
            hops_of(plan) <= hops + indifferent_hops)
            return plan;
    }
    return NULL;
}

fan_plan fan_plan_choose(const fan_request *request, const fan_params *params)
{
    if (request->nodes == 1) {
        int64_t chunk = params->chunk_bytes > 0 ? params->chunk_bytes : largest_chunk;
        return (fan_plan){.algorithm = FAN_CHAIN,
                          .nodes = 1,
                          .layout = fan_layout_make(request->bytes, chunk, 1),
                          .window = 1,
                          .sends = 1,
                          .overlap = true};
    }
    fan_plan best[FAN_ALGORITHMS] = {{0}};
    fan_plan_candidates(request, params, keep_best, best);
    return params->algorithm == FAN_AUTO ? *preferred(best) : best[params->algorithm];
}
