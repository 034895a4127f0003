/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/judge/usage.h"

#include "base/array.h"
#include "trace/judge/intervals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- ends of links ---- */

static int host_of(const fan_run *run, int rank)
{
    int first = 0;
    while (strcmp(run->ranks[first].host, run->ranks[rank].host) != 0)
        first++;
    return first;
}

/* An end has the number of its lowest rank. */
static void find_ends(fan_judge_usage *u, const fan_run *run)
{
    u->ends = 0;
    for (int rank = 0; rank < run->size; rank++) {
        u->end_of[rank] = host_of(run, rank);
        u->ends += u->end_of[rank] == rank;
    }
    u->ends_are_ranks = u->ends == 1 || u->ends == run->size;
    for (int rank = 0; u->ends_are_ranks && rank < run->size; rank++)
        u->end_of[rank] = rank;
}

fan_status fan_judge_usage_begin(fan_judge_usage *u, const fan_run *run)
{
    size_t size = (size_t)run->size;
    *u = (fan_judge_usage){.size = run->size};
    u->end_of = calloc(size, sizeof *u->end_of);
    u->ranks = calloc(size, sizeof *u->ranks);
    u->waited = calloc(size * size, sizeof *u->waited);
    if (u->end_of == NULL || u->ranks == NULL || u->waited == NULL) {
        fan_judge_usage_free(u);
        return fan_fail(FAN_ERR_MEMORY, "no memory for %d ranks", run->size);
    }
    for (size_t rank = 0; rank < size; rank++)
        u->ranks[rank].waited = u->waited + rank * size;
    find_ends(u, run);
    return FAN_OK;
}

void fan_judge_usage_free(fan_judge_usage *u)
{
    free(u->end_of);
    free(u->links);
    free(u->ranks);
    free(u->waited);
    *u = (fan_judge_usage){0};
}

/* ---- links ---- */

/* A send, with the ends of its link. */
typedef struct crossing {
    int from, to;
    int64_t bytes;
    fan_judge_interval when;
} crossing;

static int by_link(const void *a, const void *b)
{
    const crossing *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static size_t find_crossings(const fan_judge_usage *u, const fan_cast *c, crossing *crossings)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (t->kind == FAN_TRANSFER_SEND && fan_transfer_ended(t) &&
            u->end_of[t->rank] != u->end_of[t->peer])
            crossings[count++] = (crossing){.from = u->end_of[t->rank],
                                            .to = u->end_of[t->peer],
                                            .bytes = t->bytes,
                                            .when = {t->begin, t->end}};
    }
    qsort(crossings, count, sizeof *crossings, by_link);
    return count;
}

/* NULL: no memory. */
static fan_judge_link *link_between(fan_judge_usage *u, int from, int to)
{
    for (size_t i = 0; i < u->link_count; i++)
        if (u->links[i].from == from && u->links[i].to == to)
            return &u->links[i];
    if (!fan_array_reserve(&u->links, &u->link_room, u->link_count + 1, sizeof *u->links))
        return NULL;
    u->links[u->link_count] = (fan_judge_link){.from = from, .to = to};
    return &u->links[u->link_count++];
}

/* `count` of them are of one link. */
static bool add_link(fan_judge_usage *u, const crossing *crossings, size_t count,
                     fan_judge_interval *room)
{
    fan_judge_link *link = link_between(u, crossings[0].from, crossings[0].to);
    if (link == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        link->bytes += crossings[i].bytes;
        room[i] = crossings[i].when;
    }
    size_t united = fan_judge_intervals_unite(room, count);
    link->active += room[united - 1].end - room[0].begin;
    link->busy += fan_judge_intervals_length(room, united);
    return true;
}

static bool add_links(fan_judge_usage *u, const fan_cast *c, fan_judge_interval *room)
{
    crossing *crossings = malloc((c->count + 1) * sizeof *crossings);
    if (crossings == NULL)
        return false;
    size_t count = find_crossings(u, c, crossings);
    bool added = true;
    for (size_t first = 0, end; added && first < count; first = end) {
        for (end = first; end < count && by_link(&crossings[first], &crossings[end]) == 0;)
            end++;
        added = add_link(u, crossings + first, end - first, room);
    }
    free(crossings);
    return added;
}

static int by_ends(const void *a, const void *b)
{
    const fan_judge_link *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* ---- ranks ---- */

static size_t find_active(const fan_cast *c, int rank, bool receives, fan_judge_interval *v)
{
    size_t count = 0;
    for (size_t i = c->first[rank]; i < c->first[rank + 1]; i++) {
        const fan_transfer *t = &c->transfers[i];
        bool fits = receives ? t->kind == FAN_TRANSFER_RECEIVE || t->kind == FAN_TRANSFER_MEMORY
                             : t->kind == FAN_TRANSFER_SEND;
        if (fits && fan_transfer_ended(t))
            v[count++] = (fan_judge_interval){fan_cast_start(c, i), t->end};
    }
    return fan_judge_intervals_unite(v, count);
}

/*
 * From whom the data came that ends an idle time at `moment`; -1: it began to send then, or there
 * is none.
 */
static int who_ended(const fan_cast *c, int rank, double moment)
{
    for (size_t i = c->first[rank]; i < c->first[rank + 1]; i++) {
        const fan_transfer *t = &c->transfers[i];
        if ((t->kind == FAN_TRANSFER_RECEIVE || t->kind == FAN_TRANSFER_MEMORY) &&
            fan_cast_start(c, i) == moment)
            return t->peer;
    }
    return -1;
}

static void add_idle(fan_judge_rank_usage *r, const fan_cast *c, int rank, double from, double to)
{
    if (to <= from)
        return;
    int peer = who_ended(c, rank, to);
    r->idle += to - from;
    if (peer >= 0)
        r->waited[peer] += to - from;
}

/* `v` has room for the transfers of the rank. */
static void add_rank(fan_judge_usage *u, const fan_cast *c, int rank, fan_judge_interval *v)
{
    fan_judge_rank_usage *r = &u->ranks[rank];
    const fan_transfer *whole = fan_cast_whole(c, rank);
    if (whole == NULL)
        return;
    size_t sends = find_active(c, rank, false, v);
    fan_judge_interval *w = v + sends;
    size_t receives = find_active(c, rank, true, w);
    double end = fan_transfer_ended(whole) ? whole->end : whole->begin;
    if (sends > 0)
        end = fmax(end, v[sends - 1].end);
    if (receives > 0)
        end = fmax(end, w[receives - 1].end);
    r->time += end - whole->begin;
    r->sending += fan_judge_intervals_length(v, sends);
    r->receiving += fan_judge_intervals_length(w, receives);
    r->both += fan_judge_intervals_common(v, sends, w, receives);
    size_t busy = fan_judge_intervals_unite(v, sends + receives);
    double free_since = whole->begin;
    for (size_t i = 0; i < busy; i++) {
        add_idle(r, c, rank, free_since, v[i].begin);
        free_since = v[i].end;
    }
    add_idle(r, c, rank, free_since, end);
}

/* ---- public ---- */

fan_status fan_judge_usage_add(fan_judge_usage *u, const fan_cast *c)
{
    fan_judge_interval *room = malloc((c->count + 1) * sizeof *room);
    bool added = room != NULL && add_links(u, c, room);
    for (int rank = 0; added && rank < u->size; rank++)
        add_rank(u, c, rank, room);
    free(room);
    if (u->link_count > 0)
        qsort(u->links, u->link_count, sizeof *u->links, by_ends);
    return added ? FAN_OK
                 : fan_fail(FAN_ERR_MEMORY, "no memory for a broadcast of %zu transfers", c->count);
}

int fan_judge_usage_waited_most(const fan_judge_usage *u, int rank)
{
    int most = -1;
    for (int peer = 0; peer < u->size; peer++)
        if (u->ranks[rank].waited[peer] > (most < 0 ? 0 : u->ranks[rank].waited[most]))
            most = peer;
    return most;
}
