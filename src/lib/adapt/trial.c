/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/trial.h"

#include "comm/agree.h"
#include "comm/ulfm/ulfm.h"
#include "lib/adapt/network.h"
#include "lib/adapt/slow.h"
#include "lib/adapt/words.h"
#include "lib/deliver/request.h"
#include "lib/state/blocking.h"
#include "lib/state/tell.h"
#include "plan/planner.h"

#include <math.h>
#include <string.h>
#include <sys/param.h>

enum {
    LARGEST_TREE = 64 * 1024 /* above, a node that waits for the whole message waits too long */
};

static bool is_limited_by_processors(const fan_comm_state *state)
{
    enum { CHUNK = 16 * 1024 };
    return fan_delivery_is_limited_by_processors(state, CHUNK);
}

/*
 * Then MPI comes first: where processors are the limit, because its messages are larger; and where
 * the network was measured briefly, because the broadcast takes little time beside what it takes to
 * make the engine's connections.
 */
static bool is_fast(const fan_comm_state *state)
{
    return is_limited_by_processors(state) || state->learned.link.is_rough;
}

/* Seconds: a way that fails on a rank must not be taken for a fast one. */
static const double failure_takes = 1e9;

/* ---- what can be tried ---- */

/* What MPI does on the user's communicator we cannot end when a rank dies. */
static bool may_be_mpis(int64_t bytes)
{
    return bytes <= FAN_TRIAL_LARGEST_MPI && !fan_ulfm_is_on();
}

static fan_way first_of_whole(int64_t bytes)
{
    if (bytes <= FAN_TRIAL_USUAL_TREE)
        return FAN_WAY_TREE;
    return may_be_mpis(bytes) ? FAN_WAY_MPI : FAN_WAY_ENGINE;
}

/* Memory of a node: nothing is known of it but what has been found to be good in most of them. */
static void choose_in_node(const fan_comm_state *state, int64_t bytes, fan_field *field)
{
    field->first = fan_delivery_is_small(state, bytes) ? first_of_whole(bytes) : FAN_WAY_ENGINE;
}

/*
 * Nothing is faster than the link: a way that was shows that the bandwidth was measured while
 * something disturbed it. Of what is so short that it passes a shaped link in one burst that is not
 * true.
 */
static bool is_bandwidth_refuted(const fan_comm_state *state, const fan_contest *c, int class)
{
    enum { LONG_CLASS = 20 /* from 1 MiB on */ };
    const double clearly = 0.8;
    double least = (double)(INT64_C(1) << class) / state->params.bandwidth;
    bool refuted = false;
    for (int way = 0; way < FAN_WAYS; way++)
        refuted = refuted || (c->seconds[way] > 0 && c->seconds[way] < clearly * least);
    return refuted && class >= LONG_CLASS;
}

static bool is_bandwidth_known(const fan_comm_state *state, const fan_contest *c, int class)
{
    return fan_adapt_knows_bandwidth(state) && !is_bandwidth_refuted(state, c, class);
}

static double time_by_plan(const fan_plan_request *request, const fan_params *params)
{
    fan_plan plan = fan_plan_choose(request, params);
    return MAX(plan.predicted, plan.slow_predicted);
}

/* What is short may pass a shaped link in one burst: then the bytes cost nothing. */
static double least_by_plan(const fan_plan_request *request, const fan_params *params,
                            double predicted)
{
    enum { LONGEST_BURST = 64 * 1024 };
    if (request->bytes > LONGEST_BURST)
        return predicted;
    fan_params without_limit = *params;
    without_limit.bandwidth = INFINITY;
    return time_by_plan(request, &without_limit);
}

static void choose_between_nodes(const fan_comm_state *state, int64_t bytes, int root,
                                 fan_field *field)
{
    int class = fan_size_class(bytes);
    fan_plan_request request = fan_delivery_request(state, bytes, root);
    double limit = fan_adapt_limit(state, bytes), *least = field->least;
    least[FAN_WAY_TREE] = ceil(log2(state->map.nodes)) * limit;
    least[FAN_WAY_MPI] = limit;
    field->first = first_of_whole(bytes);
    if (field->open[FAN_WAY_ENGINE]) {
        double predicted = time_by_plan(&request, &state->params);
        least[FAN_WAY_ENGINE] = least_by_plan(&request, &state->params, predicted);
        if (!is_fast(state) && predicted <= least[FAN_WAY_TREE])
            field->first = FAN_WAY_ENGINE;
    }
    /* An assumed bandwidth may say what comes first, but not what is not worth a try. */
    if (!is_bandwidth_known(state, &state->trials.contests[class], class))
        memset(least, 0, sizeof field->least);
}

static fan_field field_for(const fan_comm_state *state, int64_t bytes, int root)
{
    fan_field field = {.open = {[FAN_WAY_ENGINE] = bytes >= FAN_TRIAL_LEAST_BYTES,
                                [FAN_WAY_TREE] = bytes <= LARGEST_TREE,
                                [FAN_WAY_MPI] = may_be_mpis(bytes)}};
    if (state->map.nodes == 1)
        choose_in_node(state, bytes, &field);
    else
        choose_between_nodes(state, bytes, root, &field);
    return field;
}

/* ---- what ranks tell each other ---- */

static bool goes_to_mpi(const fan_contest *c)
{
    return (fan_contest_uses_best(c) && c->best == FAN_WAY_MPI) ||
           (c->left > 0 && c->tried == FAN_WAY_MPI);
}

/* Ranks block in MPI only where that is faster. */
static bool leaves_to_mpi(const fan_trials *t, fan_way way)
{
    bool leaves = way == FAN_WAY_MPI;
    for (int i = 0; i < FAN_SIZE_CLASSES; i++)
        leaves = leaves || goes_to_mpi(&t->contests[i]);
    return leaves;
}

/* What a rank says: the times of the calls of the last trial, and whether it could not block. */
typedef struct said {
    int64_t nanoseconds[FAN_TIMES_MOST];
    int64_t cannot_block;
} said;

/* The time of a call is that of the rank on which it took longest. */
static void note_sample(fan_trials *t, const said *s)
{
    fan_times *times = &t->times[t->class];
    for (int i = 0; i < times->count; i++)
        times->seconds[i] = (double)MAX(s->nanoseconds[i], 1) * 1e-9;
    fan_contest_note(&t->contests[t->class], t->way, fan_times_typical(times));
}

/* Tell the times of the last trial, and find out whether all could block. */
static fan_status agree(fan_comm_state *state, bool *may_block)
{
    fan_trials *t = &state->trials;
    const fan_times *times = &t->times[t->class];
    said s = {.cannot_block = !fan_blocking_is_possible()};
    for (int i = 0; t->has_sample && i < times->count; i++)
        s.nanoseconds[i] = (int64_t)(times->seconds[i] * 1e9);
    int code = fan_comm_maximum(state->user_comm, sizeof s / sizeof(int64_t), (int64_t *)&s);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on the time of a broadcast");
    *may_block = s.cannot_block == 0;
    if (t->has_sample)
        note_sample(t, &s);
    t->has_sample = false;
    return FAN_OK;
}

/* ---- a broadcast ---- */

/* Ranks that have just agreed choose alike, and begin together. */
static void choose(fan_comm_state *state, int64_t bytes, int root, fan_trial *trial)
{
    fan_trials *t = &state->trials;
    fan_field field = field_for(state, bytes, root);
    trial->way = fan_contest_next(&t->contests[trial->class], &field, &trial->timed);
    t->times[trial->class].count = 0;
}

/* ---- slow hosts ---- */

/*
 * Ranks have agreed. Where links are the limit, and known, look for slow ones; `took` is what the
 * agreement has told of the last broadcast by the engine, or 0.
 */
static fan_status look_for_slow(fan_comm_state *state, int64_t bytes, int root, double took)
{
    if (state->map.nodes == 1 || is_limited_by_processors(state) ||
        !fan_adapt_knows_bandwidth(state))
        return FAN_OK;
    fan_plan_request request = fan_delivery_request(state, bytes, root);
    return fan_slow_look(state, bytes, took, time_by_plan(&request, &state->params));
}

/*
 * Once, when one way has been tried and before another is: without the bandwidth nobody knows that
 * the other cannot be faster.
 */
static bool is_worth_measuring(const fan_comm_state *state, const fan_contest *c, int class)
{
    return c->tries[FAN_WAY_ENGINE] == 1 && !c->decided && state->map.nodes > 1 &&
           !is_bandwidth_known(state, c, class) &&
           !fan_params_given(&state->params, FAN_PARAM_INDEX_bandwidth);
}

static void begin_timing(fan_trials *t, fan_trial *trial)
{
    if (t->contests[trial->class].left == 0) {
        t->has_sample = true;
        t->class = trial->class;
        t->way = trial->way;
    }
    trial->start = MPI_Wtime();
}

/* To warm up needs no agreement, nor does what is decided, but for the time of the trial before. */
fan_status fan_trial_begin(fan_comm_state *state, int64_t bytes, int root, fan_trial *trial)
{
    fan_trials *t = &state->trials;
    int class = fan_size_class(bytes);
    fan_contest *c = &t->contests[class];
    bool goes_on = fan_contest_goes_on(c), rests = !goes_on && fan_contest_rests(c);
    bool is_open = !goes_on && !rests, must_agree = t->has_sample || (is_open && c->is_warm);
    bool may_block = false;
    bool is_sample = t->has_sample && t->class == class && t->way == FAN_WAY_ENGINE;
    *trial = (fan_trial){.way = goes_on ? c->tried : c->best, .class = class, .timed = goes_on};
    fan_status status = must_agree ? agree(state, &may_block) : FAN_OK;
    if (status == FAN_OK && is_open && is_worth_measuring(state, c, class))
        status = fan_adapt_to_bandwidth(state, bytes);
    if (status == FAN_OK && must_agree)
        status =
            look_for_slow(state, bytes, root, is_sample ? fan_times_median(&t->times[class]) : 0);
    if (status != FAN_OK)
        return status;
    if (is_open)
        choose(state, bytes, root, trial);
    if (is_open && c->decided && fan_tells(state, FAN_DEBUG_INFO))
        fan_tell_words(state, fan_words_found(state, class));
    if (must_agree)
        fan_blocking_set(&state->blocks,
                         may_block && state->params.timeout <= 0 && leaves_to_mpi(t, trial->way));
    if (trial->timed)
        begin_timing(t, trial);
    return FAN_OK;
}

bool fan_trial_is_settled(fan_comm_state *state, int64_t bytes)
{
    fan_trials *t = &state->trials;
    return state->blocks && state->adapts && !t->has_sample &&
           fan_contest_rests_with(&t->contests[fan_size_class(bytes)], FAN_WAY_MPI);
}

void fan_trial_end(fan_comm_state *state, const fan_trial *trial, bool succeeded)
{
    if (trial->timed)
        fan_times_add(&state->trials.times[trial->class],
                      succeeded ? MPI_Wtime() - trial->start : failure_takes);
}
