/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A send began because its chunk had come, or because a place had become free when another send
 * ended, whichever was later. So from a receive the path goes to its send, and from there to what
 * came last before it on the sender.
 */
#include "config.h"

#include "trace/judge/critical.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>

enum { NONE = -1 };

static bool add(fan_judge_path *path, fan_judge_step step)
{
    if (!fan_array_reserve(&path->steps, &path->room, path->count + 1, sizeof *path->steps))
        return false;
    path->steps[path->count++] = step;
    return true;
}

static int find_last(const fan_cast *c)
{
    int last = NONE;
    double end = -INFINITY;
    for (int rank = 0; rank < c->run->size; rank++) {
        const fan_transfer *whole = fan_cast_whole(c, rank);
        if (whole == NULL || !fan_transfer_ended(whole) || whole->end <= end ||
            rank == c->how->root)
            continue;
        last = rank;
        end = whole->end;
    }
    return last;
}

/* ---- looking up ---- */

/* A transfer by its rank and a key: the end of a send, the offset of what came. */
typedef struct entry {
    int rank;
    double key;
    int64_t transfer;
} entry;

typedef struct table {
    entry *entries;
    size_t count;
} table;

typedef struct search {
    const fan_cast *cast;
    table sends, arrivals;
} search;

static int by_key(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

static bool begin_search(search *s, const fan_cast *c)
{
    *s = (search){.cast = c};
    s->sends.entries = malloc((c->count + 1) * sizeof(entry));
    s->arrivals.entries = malloc((c->count + 1) * sizeof(entry));
    if (s->sends.entries == NULL || s->arrivals.entries == NULL)
        return false;
    for (size_t i = 0; i < c->count; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (!fan_transfer_ended(t))
            continue;
        if (t->kind == FAN_TRANSFER_SEND)
            s->sends.entries[s->sends.count++] = (entry){t->rank, t->end, (int64_t)i};
        if (t->kind == FAN_TRANSFER_RECEIVE || t->kind == FAN_TRANSFER_FILL)
            s->arrivals.entries[s->arrivals.count++] =
                (entry){t->rank, (double)t->offset, (int64_t)i};
    }
    qsort(s->sends.entries, s->sends.count, sizeof(entry), by_key);
    qsort(s->arrivals.entries, s->arrivals.count, sizeof(entry), by_key);
    return true;
}

static void end_search(search *s)
{
    free(s->sends.entries);
    free(s->arrivals.entries);
}

/* The last entry of the rank with a key of at most `key`, or NULL. */
static const entry *find_entry(const table *t, int rank, double key)
{
    const entry wanted = {.rank = rank, .key = key};
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_key(&t->entries[middle], &wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && t->entries[low - 1].rank == rank ? &t->entries[low - 1] : NULL;
}

/* The send of the rank that ended last, but not after `limit`. */
static int64_t last_send(const search *s, int rank, double limit)
{
    const entry *found = find_entry(&s->sends, rank, limit);
    return found == NULL ? NONE : found->transfer;
}

/* How the chunk came to the rank: a receive, or what its source gave. NONE: it was there. */
static int64_t arrival(const search *s, int rank, int64_t offset)
{
    const entry *found = find_entry(&s->arrivals, rank, (double)offset);
    return found == NULL || s->cast->transfers[found->transfer].offset != offset ? NONE
                                                                                 : found->transfer;
}

/* What came last to the rank, of one kind. */
static int64_t last_of(const fan_cast *c, int rank, fan_transfer_kind kind)
{
    int64_t last = NONE;
    for (size_t i = c->first[rank]; i < c->first[rank + 1]; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (t->kind == kind && fan_transfer_ended(t) &&
            (last == NONE || t->end > c->transfers[last].end))
            last = (int64_t)i;
    }
    return last;
}

/* ---- the path ---- */

static double end_of(const fan_cast *c, int64_t i)
{
    return i == NONE ? -INFINITY : c->transfers[i].end;
}

/*
 * What a send waited for is followed on its rank until that is the arrival of its chunk, which is
 * returned.
 */
static int64_t follow_sends(const search *s, int64_t send, fan_judge_step *busy)
{
    const fan_cast *c = s->cast;
    const fan_transfer *t = &c->transfers[send];
    *busy = (fan_judge_step){
        .kind = FAN_STEP_BUSY, .rank = t->rank, .peer = NONE, .begin = t->begin, .end = t->begin};
    for (;;) {
        int64_t came = arrival(s, t->rank, t->offset);
        int64_t before = last_send(s, t->rank, t->begin);
        if (before == NONE || end_of(c, before) <= end_of(c, came) ||
            c->transfers[before].begin >= t->begin)
            return came;
        t = &c->transfers[before];
        busy->begin = t->begin;
        busy->sends++;
    }
}

static fan_judge_step step_of(const fan_cast *c, int64_t i, fan_judge_step_kind kind)
{
    const fan_transfer *t = &c->transfers[i];
    return (fan_judge_step){.kind = kind,
                            .begin = fan_cast_start(c, (size_t)i),
                            .end = t->end,
                            .rank = t->rank,
                            .peer = t->peer,
                            .subfile = t->subfile,
                            .offset = t->offset,
                            .bytes = t->bytes};
}

/* From a receive back. */
static bool follow_messages(const search *s, int64_t receive, fan_judge_path *path)
{
    const fan_cast *c = s->cast;
    bool added = true;
    while (added && receive != NONE) {
        bool filled = c->transfers[receive].kind == FAN_TRANSFER_FILL;
        added = add(path, step_of(c, receive, filled ? FAN_STEP_FILLED : FAN_STEP_RECEIVED));
        int64_t send = filled ? NONE : c->partner[receive];
        if (send == FAN_NO_PARTNER || path->count > c->count)
            return added;
        fan_judge_step busy;
        receive = follow_sends(s, send, &busy);
        if (busy.sends > 0)
            added = added && add(path, busy);
    }
    return added;
}

/* Where the last rank has read from memory, the path begins there and goes on with who wrote. */
static bool follow(const search *s, fan_judge_path *path)
{
    const fan_cast *c = s->cast;
    int rank = path->last;
    int64_t read = last_of(c, rank, FAN_TRANSFER_MEMORY);
    if (read != NONE) {
        if (!add(path, step_of(c, read, FAN_STEP_READ)))
            return false;
        rank = c->transfers[read].peer;
    }
    return follow_messages(s, last_of(c, rank, FAN_TRANSFER_RECEIVE), path);
}

fan_status fan_judge_path_find(const fan_cast *c, fan_judge_path *path)
{
    search s;
    *path = (fan_judge_path){.last = find_last(c)};
    bool found = begin_search(&s, c) && (path->last == NONE || follow(&s, path));
    end_search(&s);
    if (!found)
        fan_judge_path_free(path);
    return found ? FAN_OK : fan_fail(FAN_ERR_MEMORY, "no memory for the critical path");
}

void fan_judge_path_free(fan_judge_path *path)
{
    free(path->steps);
    *path = (fan_judge_path){.last = NONE};
}
