/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/trace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

static bool make_room(fan_trace *trace)
{
    if (trace->count < trace->room)
        return true;
    size_t room = trace->room == 0 ? 1024 : 2 * trace->room;
    fan_event *events = realloc(trace->events, room * sizeof *events);
    if (events == NULL)
        return false;
    trace->events = events;
    trace->room = room;
    return true;
}

void fan_trace_add(fan_trace *trace, fan_event_kind kind, int class, int64_t chunk, int peer)
{
    if (trace == NULL)
        return;
    if (!make_room(trace)) {
        trace->lost++;
        return;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    trace->events[trace->count++] = (fan_event){
        .kind = kind, .class = class, .peer = peer, .chunk = chunk,
        .time = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec};
}

void fan_trace_clear(fan_trace *trace)
{
    free(trace->events);
    *trace = (fan_trace){0};
}
