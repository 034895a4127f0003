/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/trace.h"

#include "base/clock.h"
#include "plan/schedule/layout.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { FIRST_ROOM = 1024 };

/* Bytes in all traces of the process. */
static _Atomic int64_t in_use;

static bool claim(const fan_trace *trace, int64_t bytes)
{
    bool fits = atomic_fetch_add(&in_use, bytes) + bytes <= trace->limit || trace->limit == 0;
    if (!fits)
        atomic_fetch_sub(&in_use, bytes);
    return fits;
}

/*
 * The records with room for one more: twice the room, or as much more as the limit still allows.
 * NULL if memory or the limit is exhausted.
 */
static void *make_room(const fan_trace *trace, void *records, size_t count, size_t *room,
                       size_t size)
{
    if (count < *room)
        return records;
    size_t more = *room == 0 ? FIRST_ROOM : *room;
    while (more > 0 && !claim(trace, (int64_t)(more * size)))
        more /= 2;
    if (more == 0)
        return NULL;
    void *larger = realloc(records, (*room + more) * size);
    if (larger == NULL)
        atomic_fetch_sub(&in_use, (int64_t)(more * size));
    else
        *room += more;
    return larger;
}

size_t fan_trace_begin(fan_trace *trace, fan_transfer transfer)
{
    if (trace == NULL)
        return FAN_NO_TRANSFER;
    fan_transfer *transfers =
        make_room(trace, trace->transfers, trace->count, &trace->room, sizeof transfer);
    if (transfers == NULL) {
        trace->lost++;
        return FAN_NO_TRANSFER;
    }
    trace->transfers = transfers;
    transfer.broadcast = trace->next_broadcast - 1;
    transfer.rank = trace->rank;
    transfer.begin = fan_clock_now();
    transfer.end = NAN;
    trace->transfers[trace->count] = transfer;
    return trace->count++;
}

void fan_trace_end(fan_trace *trace, size_t transfer, int64_t bytes)
{
    if (trace == NULL || transfer >= trace->count)
        return;
    trace->transfers[transfer].bytes = bytes;
    trace->transfers[transfer].end = fan_clock_now();
}

void fan_trace_broadcast(fan_trace *trace, int root, int64_t bytes)
{
    if (trace == NULL)
        return;
    int number = trace->next_broadcast++;
    trace->serving = false;
    trace->whole = fan_trace_begin(
        trace, (fan_transfer){.kind = FAN_TRANSFER_WHOLE, .peer = root, .bytes = bytes});
    fan_record_broadcast *broadcasts = make_room(trace, trace->broadcasts, trace->broadcast_count,
                                                 &trace->broadcast_room, sizeof *trace->broadcasts);
    if (broadcasts == NULL) {
        trace->lost++;
        return;
    }
    trace->broadcasts = broadcasts;
    trace->broadcasts[trace->broadcast_count++] = (fan_record_broadcast){
        .number = number, .root = root, .bytes = bytes, .start = fan_clock_now()};
}

/* NULL if it could not be recorded. */
static fan_record_broadcast *current(fan_trace *trace)
{
    if (trace == NULL || trace->broadcast_count == 0)
        return NULL;
    fan_record_broadcast *last = &trace->broadcasts[trace->broadcast_count - 1];
    return last->number == trace->next_broadcast - 1 ? last : NULL;
}

void fan_trace_describe(fan_trace *trace, const fan_record_broadcast *how)
{
    fan_record_broadcast *b = current(trace);
    if (b == NULL)
        return;
    fan_record_broadcast described = *how;
    described.number = b->number;
    described.bytes = b->bytes;
    described.root = b->root;
    described.start = b->start;
    *b = described;
}

void fan_trace_length(fan_trace *trace, int64_t bytes)
{
    fan_record_broadcast *b = current(trace);
    if (b != NULL)
        b->bytes = bytes;
}

void fan_trace_complete(fan_trace *trace)
{
    if (trace == NULL || trace->whole >= trace->count)
        return;
    fan_trace_end(trace, trace->whole, trace->transfers[trace->whole].bytes);
    trace->whole = FAN_NO_TRANSFER;
}

void fan_trace_clear(fan_trace *trace)
{
    atomic_fetch_sub(&in_use, (int64_t)(trace->room * sizeof *trace->transfers +
                                        trace->broadcast_room * sizeof *trace->broadcasts));
    free(trace->transfers);
    free(trace->broadcasts);
    *trace = (fan_trace){.limit = trace->limit, .rank = trace->rank, .whole = FAN_NO_TRANSFER};
}
