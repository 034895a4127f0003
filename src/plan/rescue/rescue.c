/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/rescue/rescue.h"

#include "base/spare/spare.h"

#include <stdlib.h>

enum { NOT_YET = -2 /* in place of the holder */ };

static int64_t length(fan_range range)
{
    return range.to - range.from;
}

static bool has(const fan_ranges *set, fan_range range)
{
    return fan_ranges_have(set, range.from, length(range));
}

/* ---- the runs: between two neighbouring ends of ranges ---- */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Where ranges begin and end, in order. NULL: no memory. */
static int64_t *find_ends(int ranks, const fan_ranges *sets, int64_t bytes, size_t *count)
{
    size_t most = 2, n = 0;
    for (int rank = 0; rank < ranks; rank++)
        most += 2 * sets[rank].count;
    int64_t *ends = fan_spare_malloc(most * sizeof *ends);
    if (ends == NULL)
        return NULL;
    ends[n++] = 0;
    ends[n++] = bytes;
    for (int rank = 0; rank < ranks; rank++)
        for (size_t i = 0; i < sets[rank].count; i++) {
            ends[n++] = sets[rank].ranges[i].from;
            ends[n++] = sets[rank].ranges[i].to;
        }
    qsort(ends, n, sizeof *ends, compare);
    *count = n;
    return ends;
}

static bool is_everywhere(int ranks, const fan_ranges *sets, fan_range range)
{
    int rank = 0;
    while (rank < ranks && has(&sets[rank], range))
        rank++;
    return rank == ranks;
}

static bool add_run(fan_rescue *r, fan_range range)
{
    if (!fan_spare_reserve(&r->runs, &r->room, r->count + 1, sizeof *r->runs))
        return false;
    r->runs[r->count++] = (fan_rescue_run){.range = range, .holder = NOT_YET};
    return true;
}

static bool find_runs(int ranks, const fan_ranges *sets, int64_t bytes, fan_rescue *r)
{
    size_t count;
    int64_t *ends = find_ends(ranks, sets, bytes, &count);
    bool good = ends != NULL;
    for (size_t i = 1; good && i < count; i++) {
        fan_range range = {ends[i - 1], ends[i]};
        if (length(range) > 0 && !is_everywhere(ranks, sets, range))
            good = add_run(r, range);
    }
    fan_spare_free(ends);
    return good;
}

/* ---- their holders ---- */

/* Of what has no holder yet. */
static int64_t count_bytes(const fan_rescue *r, const fan_ranges *set)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < r->count; i++)
        if (r->runs[i].holder == NOT_YET && has(set, r->runs[i].range))
            bytes += length(r->runs[i].range);
    return bytes;
}

/* FAN_RESCUE_LOST: none has any of it. */
static int find_richest(const fan_rescue *r, int ranks, const fan_ranges *sets)
{
    int richest = FAN_RESCUE_LOST;
    int64_t most = 0;
    for (int rank = 0; rank < ranks; rank++) {
        int64_t bytes = count_bytes(r, &sets[rank]);
        if (bytes > most) {
            most = bytes;
            richest = rank;
        }
    }
    return richest;
}

static void let_send(fan_rescue *r, int holder, const fan_ranges *set)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->runs[i].holder == NOT_YET && has(set, r->runs[i].range))
            r->runs[i].holder = holder;
}

static void lose_rest(fan_rescue *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->runs[i].holder == NOT_YET) {
            r->runs[i].holder = FAN_RESCUE_LOST;
            r->lost += length(r->runs[i].range);
        }
}

bool fan_rescue_make(int ranks, const fan_ranges *sets, int64_t bytes, fan_rescue *rescue)
{
    int holder;
    *rescue = (fan_rescue){0};
    if (!find_runs(ranks, sets, bytes, rescue)) {
        fan_rescue_free(rescue);
        return false;
    }
    while ((holder = find_richest(rescue, ranks, sets)) != FAN_RESCUE_LOST) {
        let_send(rescue, holder, &sets[holder]);
        rescue->holders++;
    }
    lose_rest(rescue);
    return true;
}

void fan_rescue_free(fan_rescue *rescue)
{
    fan_spare_free(rescue->runs);
    *rescue = (fan_rescue){0};
}
