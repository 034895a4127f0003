/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/words.h"

#include "base/units.h"
#include "lib/adapt/class.h"
#include "lib/adapt/memory.h"
#include "lib/deliver/request.h"
#include "plan/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef char text[32];

/* ---- the network ---- */

static void say_link(FILE *out, const fan_comm_state *state)
{
    const fan_probe_link *link = &state->learned.link;
    text latency, overhead, rate;
    fprintf(out, "%s: latency %s",
            state->learned.is_earlier ? "Measured by an earlier job, and a round trip still fits"
                                      : "Measured between two nodes",
            fan_format_seconds(link->latency, latency, sizeof latency));
    if (link->overhead > 0)
        fprintf(out, ", overhead %s",
                fan_format_seconds(link->overhead, overhead, sizeof overhead));
    if (link->bandwidth > 0)
        fprintf(out, ", %s%s/s", link->is_rough ? "roughly " : "",
                fan_format_bytes((int64_t)link->bandwidth, rate, sizeof rate));
    fprintf(out, ".\n");
}

static void say_slow_host(FILE *out, const fan_comm_state *state, int node)
{
    const fan_slowness *s = state->slowness;
    const fan_hosts *hosts = fan_adapt_hosts(state);
    int leader = state->map.leader[node];
    text rate, usual;
    if (hosts != NULL && hosts->names != NULL)
        fprintf(out, "Host %s", hosts->names[leader]);
    else
        fprintf(out, "The host of rank %d", leader);
    fprintf(out, " is slow (%s/s of %s/s): it only receives, and others do not wait for it.\n",
            fan_format_bytes(s->rates[node], rate, sizeof rate),
            fan_format_bytes(s->usual, usual, sizeof usual));
}

static void say_slow_hosts(FILE *out, const fan_comm_state *state)
{
    for (int node = 0; state->slowness != NULL && node < state->map.nodes; node++)
        if (state->slowness->rates[node] > 0)
            say_slow_host(out, state, node);
}

static void say_network(FILE *out, const fan_comm_state *state)
{
    if (state->learned.known)
        say_link(out, state);
    say_slow_hosts(out, state);
}

/* ---- the ways ---- */

static void say_way(FILE *out, const fan_contest *c, int way)
{
    text seconds;
    bool knows_least = c->field.least[way] > 0;
    if (c->seconds[way] > 0)
        fprintf(out, "  %s: %s\n", fan_way_names[way],
                fan_format_seconds(c->seconds[way], seconds, sizeof seconds));
    else if (c->field.open[way] && knows_least)
        fprintf(out, "  %s: not tried%s; it takes at least %s\n", fan_way_names[way],
                c->decided ? "" : " yet",
                fan_format_seconds(c->field.least[way], seconds, sizeof seconds));
    else if (c->field.open[way])
        fprintf(out, "  %s: not tried%s\n", fan_way_names[way], c->decided ? "" : " yet");
}

static const char *reason(const fan_contest *c)
{
    double best = c->seconds[c->best];
    int tried = 0;
    for (int way = 0; way < FAN_WAYS; way++) {
        tried += c->seconds[way] > 0;
        if (c->seconds[way] > 0 && c->seconds[way] < best)
            return "in use, and none is clearly faster";
    }
    return tried > 1 ? "the fastest of those tried" : "no other can be faster by a fifth";
}

static void say_class(FILE *out, const fan_comm_state *state, int number)
{
    const fan_contest *c = &state->trials.contests[number];
    text least, most;
    fprintf(out, "Broadcasts of %s to %s, fastest time of each way:\n",
            fan_format_bytes(INT64_C(1) << number, least, sizeof least),
            fan_format_bytes(INT64_C(2) << number, most, sizeof most));
    for (int way = 0; way < FAN_WAYS; way++)
        say_way(out, c, way);
    if (c->decided)
        fprintf(out, "Decided: %s%s, %s. This will be looked at again after %lld broadcasts.\n",
                fan_way_names[c->best],
                c->best == FAN_WAY_MPI && !state->blocks ? " (MPI_Ibcast)" : "", reason(c),
                (long long)(c->rest - c->calls));
    else if (fan_contest_has_best(c))
        fprintf(out, "Decided: %s. This is being looked at again.\n", fan_way_names[c->best]);
    else
        fprintf(out, "Not decided yet: the first broadcasts of this size try the ways.\n");
}

static void say_why_nothing_is_tried(FILE *out, const fan_comm_state *state)
{
    if (!state->params.adapt)
        fprintf(out, "Nothing is measured or tried: the parameter adapt is 0.\n");
    else if (state->traced)
        fprintf(out, "No other way is tried while a trace is recorded.\n");
    else
        fprintf(out, "No other way is tried: a parameter that says how to broadcast is set.\n");
}

/* ---- a broadcast ---- */

/* Neither the engine nor a trial would do it. */
static bool is_passed_through(const fan_comm_state *state, int64_t bytes)
{
    return state->size == 1 || bytes == 0 ||
           (!state->adapts && fan_delivery_is_small(state, bytes) &&
            !fan_comm_state_survives(state));
}

static bool say_plan(FILE *out, const fan_comm_state *state, int64_t bytes, int root)
{
    fan_plan_request request = fan_delivery_request(state, bytes, root);
    fan_plan plan = fan_plan_choose(&request, &state->params);
    char *words = fan_plan_explain(&plan, &state->params);
    bool said = words != NULL && fputs(words, out) >= 0;
    free(words);
    return said;
}

static void say_what_a_death_does(FILE *out, const fan_comm_state *state)
{
    if (fan_comm_state_survives(state))
        fprintf(out,
                "If a rank dies, the others finish a blocking broadcast among themselves. So all "
                "of these go in pieces, and end with an agreement.\n");
    else if (state->params.on_failure == FAN_ON_FAILURE_CONTINUE)
        fprintf(out,
                "If a rank dies, nobody goes on, though on_failure is continue: this run has no "
                "ULFM (mpirun --with-ft ulfm).\n");
}

static bool say_broadcast(FILE *out, const fan_comm_state *state, int64_t bytes, int root)
{
    say_network(out, state);
    say_what_a_death_does(out, state);
    if (state->adapts && !fan_comm_state_survives(state))
        say_class(out, state, fan_size_class(bytes));
    else if (!state->adapts)
        say_why_nothing_is_tried(out, state);
    return bytes < FAN_TRIAL_LEAST_BYTES || say_plan(out, state, bytes, root);
}

/* What was written to `out`, a stream to memory; NULL if not all was. */
static char *end_words(FILE *out, char *const *words, bool said)
{
    if (fclose(out) == 0 && said)
        return *words;
    free(*words);
    return NULL;
}

char *fan_words_explain(const fan_comm_state *state, int64_t bytes, int root)
{
    if (state->connection == FAN_CANNOT_CONNECT)
        return strdup("left to MPI: there can be no private communicator\n");
    if (is_passed_through(state, bytes))
        return strdup(
            "passed through to MPI_Bcast: one rank, or fewer bytes than the parameter min_bytes\n");
    char *words = NULL;
    size_t length;
    FILE *out = open_memstream(&words, &length);
    if (out == NULL)
        return NULL;
    bool said = say_broadcast(out, state, bytes, root);
    return end_words(out, &words, said);
}

/* ---- one that was recorded ---- */

char *fan_words_of_plan(const fan_comm_state *state, const char *plan)
{
    char *words = NULL;
    size_t length;
    FILE *out = open_memstream(&words, &length);
    if (out == NULL)
        return NULL;
    say_network(out, state);
    say_why_nothing_is_tried(out, state);
    bool said = fputs(plan, out) >= 0;
    return end_words(out, &words, said);
}

/* ---- what was found ---- */

char *fan_words_found(const fan_comm_state *state, int class)
{
    char *words = NULL;
    size_t length;
    FILE *out = open_memstream(&words, &length);
    if (out == NULL)
        return NULL;
    say_network(out, state);
    for (int number = 0; number < FAN_SIZE_CLASSES; number++)
        if (state->trials.contests[number].is_warm &&
            (class == number || class == FAN_SIZE_CLASSES))
            say_class(out, state, number);
    return end_words(out, &words, true);
}
