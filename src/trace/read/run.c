/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/read/run.h"

#include "plan/schedule/layout.h"

#include <math.h>
#include <stdlib.h>

void fan_run_free(fan_run *run)
{
    free(run->ranks);
    free(run->broadcasts);
    free(run->transfers);
    free(run->explanation);
    *run = (fan_run){0};
}

/* ---- putting parts together ---- */

static bool has_broadcast(const fan_run *run, int number)
{
    for (size_t i = 0; i < run->broadcast_count; i++)
        if (run->broadcasts[i].number == number)
            return true;
    return false;
}

static bool join_broadcasts(fan_run *run, const fan_run *more)
{
    fan_record_broadcast *joined = realloc(
        run->broadcasts, (run->broadcast_count + more->broadcast_count + 1) * sizeof *joined);
    if (joined == NULL)
        return false;
    run->broadcasts = joined;
    for (size_t i = 0; i < more->broadcast_count; i++)
        if (!has_broadcast(run, more->broadcasts[i].number))
            run->broadcasts[run->broadcast_count++] = more->broadcasts[i];
    return true;
}

/* A rank that is in both, because it failed and went on, is taken from the first. */
static bool is_new(const fan_run *run, int rank)
{
    return run->ranks[rank].rank < 0;
}

static bool join_transfers(fan_run *run, const fan_run *more)
{
    fan_transfer *joined =
        realloc(run->transfers, (run->transfer_count + more->transfer_count + 1) * sizeof *joined);
    if (joined == NULL)
        return false;
    run->transfers = joined;
    for (size_t i = 0; i < more->transfer_count; i++)
        if (is_new(run, more->transfers[i].rank))
            run->transfers[run->transfer_count++] = more->transfers[i];
    return true;
}

fan_status fan_run_merge(fan_run *run, fan_run *more)
{
    bool joined =
        run->size == more->size && join_broadcasts(run, more) && join_transfers(run, more);
    for (int rank = 0; joined && rank < run->size; rank++)
        if (is_new(run, rank))
            run->ranks[rank] = more->ranks[rank];
    if (run->explanation == NULL) {
        run->explanation = more->explanation;
        more->explanation = NULL;
    }
    fan_run_free(more);
    return joined ? FAN_OK
                  : fan_fail(FAN_ERR_MEMORY, "no memory to put the parts of a trace together");
}

static int by_number(const void *a, const void *b)
{
    const fan_record_broadcast *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static int by_place(const void *a, const void *b)
{
    const fan_transfer *x = a, *y = b;
    if (x->broadcast != y->broadcast)
        return x->broadcast < y->broadcast ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

void fan_run_sort(fan_run *run)
{
    qsort(run->broadcasts, run->broadcast_count, sizeof *run->broadcasts, by_number);
    qsort(run->transfers, run->transfer_count, sizeof *run->transfers, by_place);
}

int64_t fan_run_lost(const fan_run *run)
{
    int64_t lost = 0;
    for (int rank = 0; rank < run->size; rank++)
        lost += run->ranks[rank].lost;
    return lost;
}

/* ---- one broadcast ---- */

bool fan_transfer_ended(const fan_transfer *t)
{
    return !isnan(t->end);
}

/* The place of the first transfer of a broadcast from `number` on. */
static size_t first_of(const fan_run *run, int64_t number)
{
    size_t low = 0, high = run->transfer_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->transfers[middle].broadcast < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void find_ranks(fan_cast *c)
{
    size_t i = 0;
    for (int rank = 0; rank <= c->run->size; rank++) {
        while (i < c->count && c->transfers[i].rank < rank)
            i++;
        c->first[rank] = i;
    }
}

static void find_extent(fan_cast *c)
{
    c->begin = INFINITY;
    c->end = -INFINITY;
    int64_t seen = 0;
    for (size_t i = 0; i < c->count; i++) {
        const fan_transfer *t = &c->transfers[i];
        c->begin = fmin(c->begin, t->begin);
        c->end = fmax(c->end, fan_transfer_ended(t) ? t->end : t->begin);
        if (t->kind != FAN_TRANSFER_WHOLE && t->offset + t->bytes > seen)
            seen = t->offset + t->bytes;
    }
    if (c->count == 0)
        c->begin = c->end = 0;
    c->bytes = c->how->bytes == FAN_UNKNOWN_LENGTH ? seen : c->how->bytes;
}

/* A message, as its receiver and its sender know it. */
typedef struct message {
    int32_t from, to;
    int64_t offset;
    size_t transfer;
    bool is_send;
} message;

static int by_message(const void *a, const void *b)
{
    const message *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->is_send - y->is_send;
}

static message message_of(const fan_cast *c, size_t i)
{
    const fan_transfer *t = &c->transfers[i];
    bool is_send = t->kind == FAN_TRANSFER_SEND;
    return (message){.from = is_send ? t->rank : t->peer,
                     .to = is_send ? t->peer : t->rank,
                     .offset = t->offset,
                     .transfer = i,
                     .is_send = is_send};
}

static void pair_up(fan_cast *c, message *messages, size_t count)
{
    qsort(messages, count, sizeof *messages, by_message);
    for (size_t i = 0; i + 1 < count; i++) {
        const message *a = &messages[i], *b = &messages[i + 1];
        if (a->from == b->from && a->to == b->to && a->offset == b->offset &&
            a->is_send != b->is_send) {
            c->partner[a->transfer] = (int64_t)b->transfer;
            c->partner[b->transfer] = (int64_t)a->transfer;
        }
    }
}

static bool find_partners(fan_cast *c)
{
    message *messages = malloc((c->count + 1) * sizeof *messages);
    size_t count = 0;
    if (messages == NULL)
        return false;
    for (size_t i = 0; i < c->count; i++) {
        c->partner[i] = FAN_NO_PARTNER;
        if (c->transfers[i].kind == FAN_TRANSFER_SEND ||
            c->transfers[i].kind == FAN_TRANSFER_RECEIVE)
            messages[count++] = message_of(c, i);
    }
    pair_up(c, messages, count);
    free(messages);
    return true;
}

fan_status fan_cast_open(fan_cast *c, const fan_run *run, size_t index)
{
    const fan_record_broadcast *how = &run->broadcasts[index];
    size_t first = first_of(run, how->number), end = first_of(run, (int64_t)how->number + 1);
    *c = (fan_cast){
        .run = run, .how = how, .transfers = run->transfers + first, .count = end - first};
    c->first = calloc((size_t)run->size + 1, sizeof *c->first);
    c->partner = calloc(c->count + 1, sizeof *c->partner);
    if (c->first == NULL || c->partner == NULL || !find_partners(c)) {
        fan_cast_close(c);
        return fan_fail(FAN_ERR_MEMORY, "no memory for a broadcast of %zu transfers", end - first);
    }
    find_ranks(c);
    find_extent(c);
    return FAN_OK;
}

void fan_cast_close(fan_cast *c)
{
    free(c->first);
    free(c->partner);
    *c = (fan_cast){0};
}

double fan_cast_start(const fan_cast *c, size_t i)
{
    const fan_transfer *t = &c->transfers[i];
    if (t->kind != FAN_TRANSFER_RECEIVE || c->partner[i] == FAN_NO_PARTNER)
        return t->begin;
    double start = fmax(t->begin, c->transfers[c->partner[i]].begin);
    return fan_transfer_ended(t) ? fmin(start, t->end) : start; /* clocks are not perfect */
}

const fan_transfer *fan_cast_whole(const fan_cast *c, int rank)
{
    for (size_t i = c->first[rank]; i < c->first[rank + 1]; i++)
        if (c->transfers[i].kind == FAN_TRANSFER_WHOLE)
            return &c->transfers[i];
    return NULL;
}
