/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/words.h"

#include "base/units.h"
#include "lib/adapt/trial.h"

typedef char text[32];

static const char *const names[FAN_WAYS] = {
    [FAN_WAY_ENGINE] = "in pieces",
    [FAN_WAY_TREE] = "whole, down a binomial tree",
    [FAN_WAY_MPI] = "by MPI",
};

static void say_network(FILE *out, const fan_comm_state *state)
{
    const fan_probe_link *link = &state->learned.link;
    text latency, overhead, rate;
    if (!state->learned.known)
        return;
    fprintf(out, "Measured between two nodes: latency %s",
            fan_format_seconds(link->latency, latency, sizeof latency));
    if (link->overhead > 0)
        fprintf(out, ", overhead %s",
                fan_format_seconds(link->overhead, overhead, sizeof overhead));
    if (link->bandwidth > 0)
        fprintf(out, ", %s/s", fan_format_bytes((int64_t)link->bandwidth, rate, sizeof rate));
    fprintf(out, ".\n");
}

static void say_tries(FILE *out, const fan_contest *c)
{
    const char *before = "Tried for broadcasts of about this size:";
    for (int way = 0; way < FAN_WAYS; way++) {
        text seconds;
        if (c->seconds[way] == 0)
            continue;
        fprintf(out, "%s %s %s", before, names[way],
                fan_format_seconds(c->seconds[way], seconds, sizeof seconds));
        before = ",";
    }
    if (*before == ',')
        fprintf(out, ".\n");
}

void fan_trial_say(FILE *out, const fan_comm_state *state, int64_t bytes)
{
    const fan_contest *c = fan_trial_contest(state, bytes);
    say_network(out, state);
    say_tries(out, c);
    if (c->decided)
        fprintf(out, "Decided: %s%s. This will be looked at again after %lld broadcasts.\n",
                names[c->best], c->best == FAN_WAY_MPI && !state->blocks ? " (MPI_Ibcast)" : "",
                (long long)(c->rest - c->calls));
    else
        fprintf(out, "Not decided yet: the first broadcasts of about this size try the ways.\n");
}
