/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/planner.h"

#include "plan/algorithms/algorithms.h"
#include "plan/slow.h"

#include <math.h>
#include <sys/param.h>

enum {
    LARGEST_CHOSEN_BRANCHING = 4,
    LARGEST_KTREE_K = 8,
    LARGEST_RAMP = 16,
    MOST_CELL_BYTES = 128 * 1024 * 1024 /* window x chunk of a stream, per rank */
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
static const double worth_it =
    0.997; /* what a smaller chunk must come to: it takes more work than the model knows */

typedef struct search {
    const fan_plan_request *request;
    const fan_params *params;
    fan_model model;
    int served;       /* nodes that are in no group or tree: slow.h */
    int recipients;   /* the others, without the root */
    int slow;         /* recipients that are to be leaves */
    bool in_switches; /* only groups that lie within a switch each, and trees over switches */
    int visited;
    void (*visit)(void *state, const fan_plan *plan);
    void *state;
} search;

static int64_t chunk_of(const fan_plan *plan)
{
    return fan_layout_chunk_bytes(&plan->layout);
}

/* Messages in flight that keep a link busy during one latency. */
static double chunks_in_latency(const fan_model *model, int64_t chunk_bytes)
{
    double chunks = model->latency / fan_chunk_time(model, (double)chunk_bytes);
    return MIN(chunks, 64);
}

/*
 * An edge carries one of k subfiles, so a chunk in k chunk times. Besides the chunk on its way
 * there must be those of one latency, twice, because they do not leave evenly. More would only take
 * their share of the link from other edges and be late. (Simulated with SimGrid: 3 to 64 nodes, k =
 * 2 and 4, chunks of 4, 8 and 16 KiB.) On long links three times, because a message that waits for
 * its receiver takes another round trip: at 5 ms a link, 100 Mbit/s, 8 MiB to 9 hosts took 1.02 of
 * the limit instead of 1.08.
 */
static int child_sends_for(const search *s, int k, int64_t chunk)
{
    if (s->params->child_sends > 0)
        return (int)s->params->child_sends;
    double factor = fan_plan_is_long(&s->model) ? 3 : 2;
    return 2 + (int)(factor * chunks_in_latency(&s->model, chunk) / k);
}

static fan_cost cost_of(const fan_plan *plan)
{
    return fan_algorithms[plan->algorithm].cost(&plan->shape);
}

/* All edges of the busiest node, and those to nodes that are served. */
static int sends_for(const search *s, const fan_plan *plan)
{
    if (s->params->sends > 0)
        return (int)s->params->sends;
    double edges = (cost_of(plan).rounds + plan->served) * plan->layout.subfiles;
    return (int)ceil(edges - 1e-9) * plan->child_sends;
}

/*
 * Chunks by which the subfiles lie apart, and those being received and being sent; but no more than
 * there are. All of them, so that nobody waits for one who waits for a slow node.
 */
static int window_for(const search *s, const fan_plan *plan, int skew)
{
    if (s->params->window > 0)
        return (int)s->params->window;
    int window = skew + 1 + (2 * plan->sends - 1) / plan->layout.subfiles + 1;
    int64_t rounds = (fan_layout_chunks(&plan->layout) - 1) / plan->layout.subfiles + 1;
    return (int)MAX(1, plan->served > 0 ? rounds : MIN(window, rounds));
}

/* The slowest link needs its time for the data; where it has to send, all wait for it. */
static double predict(const search *s, const fan_plan *plan)
{
    double slowest = plan->order == NULL ? 1 : plan->order->slowest;
    fan_model model = s->model;
    fan_cost cost = cost_of(plan);
    if (plan->served > 0)
        cost.rounds = MAX(cost.rounds, fan_plan_slow_rounds(plan));
    else if (plan->shape.slow > 0)
        cost.rounds = MAX(cost.rounds, 1 / slowest);
    else
        model.bandwidth *= slowest;
    return fan_cost_time(&model, &cost, (double)s->request->bytes,
                         (double)MAX(1, fan_layout_chunks(&plan->layout)), (double)chunk_of(plan));
}

/*
 * As many rounds as an edge has chunks in progress, so that all of these are of different length.
 */
static int ramp_for(const search *s, int k, int64_t chunk)
{
    int64_t rounds = MAX(1, s->request->bytes / (chunk * k));
    return (int)MIN(MIN(child_sends_for(s, k, chunk), LARGEST_RAMP), MIN(rounds, chunk));
}

/*
 * Several ranks that read one source do it in its own units, stripes or records: then they get the
 * chunks that they ask for.
 */
static bool wants_exact_chunks(const search *s)
{
    return s->request->shared_source && s->params->chunk_bytes > 0;
}

static void set_chunk(const search *s, fan_plan *plan, int64_t chunk)
{
    int subfiles = plan->layout.subfiles;
    plan->layout = wants_exact_chunks(s) ? fan_layout_exact(s->request->bytes, chunk, subfiles)
                                         : fan_layout_make(s->request->bytes, chunk, subfiles,
                                                           ramp_for(s, subfiles, chunk));
    plan->predicted = predict(s, plan);
}

/* That are worth a look: in short data smaller ones fill the pipeline sooner. */
static int64_t least_chunk(const search *s)
{
    bool is_long = s->request->bounded && s->request->bytes >= FAN_PLAN_LONG_STREAM;
    return is_long ? fan_plan_least_chunk(&s->model) : FAN_PLAN_SMALLEST_CHUNK;
}

/*
 * The chunk with the least predicted time; a smaller one must be worth the work of more messages.
 */
static void choose_chunk(const search *s, fan_plan *plan)
{
    if (s->params->chunk_bytes > 0) {
        set_chunk(s, plan, s->params->chunk_bytes);
        return;
    }
    fan_plan best = *plan;
    int64_t largest = fan_plan_largest_chunk(&s->model, plan->layout.subfiles);
    int64_t least = least_chunk(s);
    set_chunk(s, &best, largest);
    for (int64_t chunk = largest / 2; chunk >= least; chunk /= 2) {
        set_chunk(s, plan, chunk);
        if (plan->predicted < best.predicted * worth_it)
            best = *plan;
    }
    *plan = best;
}

static void limit_cells(const search *s, fan_plan *plan)
{
    int64_t cell_bytes = chunk_of(plan) * plan->layout.subfiles;
    if (s->request->bounded)
        plan->window =
            (int)MAX(1, MIN((int64_t)plan->window, MOST_CELL_BYTES / MAX(1, cell_bytes)));
}

/* The groups that exchange, where that is what the algorithm does, keep to switches if they can. */
static bool has_groups(fan_algorithm algorithm)
{
    return algorithm == FAN_GROUP || algorithm == FAN_FULL;
}

static void align_groups(const search *s, fan_plan *plan)
{
    if (s->request->order != NULL && has_groups(plan->algorithm))
        plan->tail = fan_order_tail(s->request->order, plan->root, plan->shape.group_size);
}

/*
 * Trees over switches, or groups within switches. A chain of groups enters and leaves each switch
 * once; with more branches each group is fed from elsewhere, so there must be only one on a switch.
 */
static bool is_in_switches(const fan_plan *plan)
{
    int k = plan->shape.group_size;
    if (plan->algorithm == FAN_KTREE)
        return plan->shape.blocks != NULL;
    if (!has_groups(plan->algorithm) || k == 1)
        return false;
    fan_alignment a = fan_order_alignment(plan->order, plan->root, plan->tail, k);
    return a.straddling == 0 && (plan->shape.branching == 1 || a.followed == 0);
}

/* Groups, or a first group that leaves no other to feed slow nodes; taken only on request. */
static bool has_slow_senders(const search *s, const fan_plan *plan)
{
    return s->params->algorithm == FAN_AUTO && plan->shape.slow < s->slow;
}

static void consider(search *s, fan_algorithm algorithm, int k, int b)
{
    fan_plan plan = {
        .algorithm = algorithm,
        .nodes = s->request->nodes,
        .root = s->request->root,
        .local = s->request->local,
        .bounded = s->request->bounded,
        .order = s->request->order,
        .shared_source = s->request->shared_source,
        .served = s->served,
        .shape = {.recipients = s->recipients,
                  .group_size = k,
                  .branching = b,
                  .secondary_groups = s->request->bounded ? 0 : (int)s->params->secondary_groups,
                  .slow = s->slow,
                  .root = s->request->root},
        .overlap = s->request->bounded || s->params->overlap != 0,
        .limit_predicted = fan_limit_time(&s->model, (double)s->request->bytes),
    };
    if (algorithm == FAN_KTREE && s->in_switches &&
        fan_order_blocks(s->request->order, s->request->root) > 1)
        plan.shape.blocks = s->request->order;
    fan_algorithms[algorithm].normalise(&plan.shape);
    plan.layout.subfiles = plan.shape.group_size;
    align_groups(s, &plan);
    if ((s->in_switches && !is_in_switches(&plan)) || has_slow_senders(s, &plan))
        return;
    choose_chunk(s, &plan);
    plan.child_sends = child_sends_for(s, plan.layout.subfiles, chunk_of(&plan));
    plan.sends = sends_for(s, &plan);
    plan.window = window_for(s, &plan, cost_of(&plan).skew);
    limit_cells(s, &plan);
    plan.slow_predicted = fan_plan_slow_time(&plan, &s->model, s->request->bytes);
    s->visited++;
    s->visit(s->state, &plan);
}

static void consider_branchings(search *s, fan_algorithm algorithm, int k)
{
    int fixed = (int)s->params->branching;
    if (fixed > 0 || !has_groups(algorithm)) {
        consider(s, algorithm, k, MAX(1, fixed));
        return;
    }
    int groups = (s->recipients - 1) / k + 1;
    for (int b = 1; b <= MIN(LARGEST_CHOSEN_BRANCHING, MAX(1, groups - 1)); b++)
        consider(s, algorithm, k, b);
}

static int largest_k(const search *s, fan_algorithm algorithm)
{
    int most = MIN((int)s->params->connections, s->recipients);
    return algorithm == FAN_KTREE || algorithm == FAN_KEXCHANGE ? MIN(most, LARGEST_KTREE_K) : most;
}

static void consider_group_sizes(search *s, fan_algorithm algorithm)
{
    if (algorithm == FAN_CHAIN) {
        consider(s, algorithm, 1, 1);
    } else if (s->params->group_size > 0) {
        consider_branchings(s, algorithm, (int)s->params->group_size);
    } else {
        int most = largest_k(s, algorithm);
        const fan_parts *parts = s->request->parts;
        for (int k = parts == NULL ? MIN(2, most) : 1; k <= most; k++)
            if (parts == NULL || fan_parts_suit(parts, k, most))
                consider_branchings(s, algorithm, k);
    }
}

static bool needs_groups(const search *s)
{
    const fan_params *p = s->params;
    return s->request->parts != NULL || p->branching > 0 ||
           (p->secondary_groups > 0 && !s->request->bounded);
}

/* False for what cannot do what the parameters ask for. */
static bool is_candidate(const search *s, fan_algorithm algorithm)
{
    if (needs_groups(s))
        return algorithm == FAN_GROUP;
    return algorithm != FAN_CHAIN || s->params->group_size <= 1;
}

static void consider_all(search *s)
{
    fan_algorithm wanted = (fan_algorithm)s->params->algorithm;
    if (wanted != FAN_AUTO)
        consider_group_sizes(s, wanted);
    for (size_t i = 0; wanted == FAN_AUTO && i < candidates; i++)
        if (is_candidate(s, by_preference[i]))
            consider_group_sizes(s, by_preference[i]);
}

void fan_plan_candidates(const fan_plan_request *request, const fan_params *params,
                         void (*visit)(void *state, const fan_plan *plan), void *state)
{
    if (request->nodes < 2)
        return;
    search s = {.request = request,
                .params = params,
                .model = fan_plan_model(params, request->local),
                .visit = visit,
                .state = state};
    if (!needs_groups(&s) && !request->bounded)
        s.served = fan_plan_slow_served(request->order, request->nodes, request->root);
    if (!needs_groups(&s) && s.served == 0)
        s.slow = fan_plan_slow_leaves(request->order, request->nodes, request->root);
    s.recipients = request->nodes - 1 - s.served;
    s.in_switches =
        request->order != NULL && request->order->switches > 1 && s.slow + s.served == 0;
    consider_all(&s);
    if (s.visited > 0)
        return;
    s.in_switches = false;
    consider_all(&s);
}

static void keep_best(void *state, const fan_plan *plan)
{
    fan_plan *best = &((fan_plan *)state)[plan->algorithm];
    if (best->nodes == 0 || plan->predicted < best->predicted)
        *best = *plan;
}

static double hops_of(const fan_plan *plan)
{
    return cost_of(plan).hops;
}

/* The one to take of the best plans of the algorithms; an entry with 0 nodes is not a plan. */
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

static fan_plan choose(const fan_plan_request *request, const fan_params *params)
{
    if (request->nodes == 1) {
        int64_t chunk = params->chunk_bytes > 0 ? params->chunk_bytes : FAN_PLAN_LARGEST_CHUNK;
        return (fan_plan){.algorithm = FAN_CHAIN,
                          .nodes = 1,
                          .local = request->local,
                          .bounded = request->bounded,
                          .predicted =
                              (double)request->bytes * fan_plan_model(params, request->local).copy,
                          .layout = fan_layout_make(request->bytes, chunk, 1, 1),
                          .window = 1,
                          .sends = 1,
                          .child_sends = 1,
                          .overlap = true};
    }
    fan_plan best[FAN_ALGORITHMS] = {{0}};
    fan_plan_candidates(request, params, keep_best, best);
    return params->algorithm == FAN_AUTO ? *preferred(best) : best[params->algorithm];
}

/*
 * A message of a stream to its end has a byte more than its chunk (engine.h). A chunk of the length
 * up to which MPI sends at once would become a message that waits for its receiver: 64 MiB to 9
 * hosts over TCP, 64 KiB chunks, took 1.42 of the limit so.
 */
static fan_layout leave_room_for_tail(fan_layout layout)
{
    enum { CACHE_LINE = 64 };
    int64_t step = (fan_layout_chunk_bytes(&layout) - 1) / layout.ramp;
    if (step >= CACHE_LINE)
        step -= step % CACHE_LINE;
    layout.step_bytes = MAX(1, step);
    return layout;
}

/*
 * Chunks grow to their full length and stay at it: the layout of a long stream is that of a longer
 * one, but for the end.
 */
static fan_plan choose_for_long_stream(const fan_plan_request *request, const fan_params *params)
{
    fan_plan_request typical = *request;
    typical.bytes = FAN_PLAN_LONG_STREAM;
    fan_plan plan = choose(&typical, params);
    double times = (double)request->bytes / FAN_PLAN_LONG_STREAM;
    if (request->bytes == FAN_UNKNOWN_LENGTH) {
        plan.layout = leave_room_for_tail(plan.layout);
        times = 1;
    }
    plan.layout.bytes = request->bytes;
    plan.predicted *= times;
    plan.limit_predicted *= times;
    return plan;
}

fan_plan fan_plan_choose(const fan_plan_request *request, const fan_params *params)
{
    bool is_long = request->bounded && request->bytes > FAN_PLAN_LONG_STREAM;
    fan_plan plan = is_long ? choose_for_long_stream(request, params) : choose(request, params);
    if (request->parts != NULL)
        fan_layout_cut(&plan.layout, request->parts);
    return plan;
}
