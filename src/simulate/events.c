/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "simulate/events.h"

#include "base/array.h"

#include <stdlib.h>

static bool before(const fan_happening *a, const fan_happening *b)
{
    return a->time < b->time || (a->time <= b->time && a->number < b->number);
}

static void swap(fan_happening *a, fan_happening *b)
{
    fan_happening other = *a;
    *a = *b;
    *b = other;
}

bool fan_events_add(fan_events *events, fan_happening event)
{
    if (!fan_array_reserve(&events->heap, &events->room, events->count + 1, sizeof *events->heap))
        return false;
    event.number = events->added++;
    size_t at = events->count++;
    events->heap[at] = event;
    for (; at > 0 && before(&events->heap[at], &events->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&events->heap[at], &events->heap[(at - 1) / 2]);
    return true;
}

static size_t earliest_of(const fan_events *events, size_t at)
{
    size_t earliest = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < events->count; child++)
        if (before(&events->heap[child], &events->heap[earliest]))
            earliest = child;
    return earliest;
}

fan_happening fan_events_next(fan_events *events)
{
    fan_happening first = events->heap[0];
    events->heap[0] = events->heap[--events->count];
    for (size_t at = 0, child; (child = earliest_of(events, at)) != at; at = child)
        swap(&events->heap[at], &events->heap[child]);
    return first;
}

void fan_events_free(fan_events *events)
{
    free(events->heap);
    *events = (fan_events){0};
}
