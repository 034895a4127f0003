/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/contest.h"

#include "plan/times.h"

#include <math.h>
#include <string.h>
#include <sys/param.h>

const char *const fan_way_names[FAN_WAYS] = {
    [FAN_WAY_ENGINE] = "in pieces",
    [FAN_WAY_TREE] = "whole, down a binomial tree",
    [FAN_WAY_MPI] = "by MPI",
};

enum {
    TRIES = 2,
    FIRST_REST = 64,
    REST_GROWS = 4,
    BETWEEN = 2,      /* calls of the best one for each call of a slower one */
    LEAST_BETWEEN = 8 /* on long links the agreements around a trial take longer than calls */
};

static const double worth_a_try = 0.8;   /* of the best one: what an untried way must promise */
static const double worth_another = 1.5; /* times the best: the first try may have been unlucky */
static const double is_short = 1e-3;     /* seconds: caches and the scheduler take a good part */
static const double worth_another_short = 4;
static const double is_long = 0.1;       /* seconds: what takes several times as long is a pity */
static const double most_seconds = 8e-3; /* of a trial of several calls */
static const double worth_a_look = 2;    /* times the best: a later look */
static const double clearly = 0.95;      /* of the one in use: a faster one */

/* The fastest one so far; FAN_WAYS: none has been timed. */
static fan_way leader(const fan_contest *c)
{
    fan_way leader = FAN_WAYS;
    for (int way = 0; way < FAN_WAYS; way++)
        if (c->seconds[way] > 0 && (leader == FAN_WAYS || c->seconds[way] < c->seconds[leader]))
            leader = way;
    return leader;
}

static double least_seconds(const fan_contest *c)
{
    fan_way fastest = leader(c);
    return fastest == FAN_WAYS ? INFINITY : c->seconds[fastest];
}

static bool could_win(const fan_contest *c, const fan_field *field, int way)
{
    return field->least[way] < worth_a_try * least_seconds(c);
}

static bool has_rival(const fan_contest *c, const fan_field *field, int way)
{
    bool has = false;
    for (int other = 0; other < FAN_WAYS; other++)
        has = has || (other != way && field->open[other] &&
                      (c->seconds[other] > 0 || could_win(c, field, other)));
    return has;
}

/* Once more only what is to be compared with another one. */
static bool is_worth_trying(const fan_contest *c, const fan_field *field, int way)
{
    double best = least_seconds(c);
    if (!field->open[way] || c->tries[way] >= TRIES)
        return false;
    if (c->seconds[way] == 0)
        return could_win(c, field, way);
    if (!has_rival(c, field, way))
        return false;
    return c->seconds[way] <= (best < is_short ? worth_another_short : worth_another) * best;
}

/*
 * Connections become faster in the first calls. By the first time alone another way may seem to be
 * worth a try, which can take seconds, although this one comes near to the best possible.
 */
static bool may_become_faster(const fan_contest *c, const fan_field *field, int way)
{
    const double near = 1.5;
    return c->seconds[way] > is_long && c->seconds[way] < near * field->least[way];
}

/*
 * Those with the fewest tries; of these the first one first, and once that has been tried, the
 * fastest one. FAN_WAYS: none is left.
 */
static fan_way next_try(const fan_contest *c, const fan_field *field)
{
    fan_way begin = c->tries[field->first] > 0 ? leader(c) : field->first, next = FAN_WAYS;
    if (may_become_faster(c, field, begin) && is_worth_trying(c, field, begin))
        return begin;
    for (int i = 0; i < FAN_WAYS; i++) {
        fan_way way = (begin + i) % FAN_WAYS;
        if (is_worth_trying(c, field, way) && (next == FAN_WAYS || c->tries[way] < c->tries[next]))
            next = way;
    }
    return next;
}

static bool is_faster(const fan_contest *c, int way, fan_way than)
{
    double margin = fan_contest_has_best(c) && than == c->best ? clearly : 1;
    return c->seconds[than] == 0 || c->seconds[way] < margin * c->seconds[than];
}

static void decide(fan_contest *c, const fan_field *field)
{
    fan_way best = fan_contest_has_best(c) ? c->best : field->first;
    for (int way = 0; way < FAN_WAYS; way++)
        if (c->seconds[way] > 0 && is_faster(c, way, best))
            best = way;
    c->best = best;
    c->decided = true;
    c->rest = c->rest == 0 ? FIRST_REST : c->rest * REST_GROWS;
    c->calls = 0;
}

/* Times from long ago count no more, but those of ways that were far behind keep them away. */
static void look_again(fan_contest *c)
{
    double best = least_seconds(c);
    for (int way = 0; way < FAN_WAYS; way++) {
        if (c->seconds[way] > worth_a_look * best)
            continue;
        c->tries[way] = 0;
        c->seconds[way] = 0;
        c->lengths[way] = 0;
    }
    c->decided = false;
}

/* A first one is of one call: nobody knows how long it takes. */
static void begin_trial(fan_contest *c, fan_way way)
{
    double fitting = c->seconds[way] > 0 ? most_seconds / c->seconds[way] : 1;
    c->tried = way;
    c->length = (int)MAX(1, MIN(fitting, FAN_TIMES_MOST));
    c->left = c->length - 1;
}

bool fan_contest_goes_on(fan_contest *c)
{
    bool goes_on = c->left > 0;
    c->left -= goes_on;
    return goes_on;
}

static bool is_between_trials(fan_contest *c)
{
    bool is = c->between > 0;
    c->between -= is;
    return is;
}

bool fan_contest_rests(fan_contest *c)
{
    return is_between_trials(c) || (c->decided && ++c->calls <= c->rest);
}

bool fan_contest_rests_with(fan_contest *c, fan_way way)
{
    bool rests =
        c->decided && c->best == way && c->left == 0 && c->between == 0 && c->calls < c->rest;
    c->calls += rests;
    return rests;
}

fan_way fan_contest_next(fan_contest *c, const fan_field *field, bool *is_trial)
{
    *is_trial = c->is_warm;
    c->is_warm = true;
    c->field = *field;
    if (!*is_trial)
        return field->first;
    if (is_between_trials(c)) {
        *is_trial = false;
        return c->best;
    }
    if (c->decided)
        look_again(c);
    fan_way next = next_try(c, field);
    if (next != FAN_WAYS) {
        begin_trial(c, next);
        return next;
    }
    decide(c, field);
    *is_trial = false;
    return c->best;
}

void fan_contest_note(fan_contest *c, fan_way way, double seconds)
{
    bool is_longer = c->length > c->lengths[way];
    c->tries[way]++;
    if (is_longer || seconds < c->seconds[way])
        c->seconds[way] = seconds;
    if (is_longer)
        c->lengths[way] = c->length;
    if (!fan_contest_has_best(c))
        c->best = leader(c);
    if (way != c->best && way != leader(c))
        c->between = MAX(LEAST_BETWEEN, BETWEEN * c->length);
}
