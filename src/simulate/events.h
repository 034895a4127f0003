/* SPDX-License-Identifier: BSD-3-Clause */
/** @file events.h  What happens when, in simulated time: a binary heap. */
#ifndef FAN_SIMULATE_EVENTS_H
#define FAN_SIMULATE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fan_event_what {
    FAN_HAPPENS_HEAD,    /**< the first byte of a message comes to the link into its receiver */
    FAN_HAPPENS_ARRIVAL, /**< the last byte is in the receiver's memory */
    FAN_HAPPENS_DONE     /**< a node learns that one of its operations has ended */
} fan_event_what;

typedef struct fan_happening {
    double time; /**< seconds */
    /** set by fan_events_add: of two at one time the one added first comes first */
    uint64_t number;
    fan_event_what what;
    int node; /**< where */
    int peer; /**< the sender of a message */
    int tag;
    int slot; /**< of the operation that ended; of the send of a message */
    int64_t bytes;
} fan_happening;

typedef struct fan_events {
    fan_happening *heap;
    size_t count, room;
    uint64_t added;
} fan_events;

/** False: no memory. Begin with an all-zero fan_events. */
bool fan_events_add(fan_events *events, fan_happening event);

/** Take the earliest out; there is one. */
fan_happening fan_events_next(fan_events *events);

void fan_events_free(fan_events *events);

#endif
