/* SPDX-License-Identifier: BSD-3-Clause */
/** @file trace.h  What a rank did, kept in memory: one event per message end. Off unless a trace is given. */
#ifndef FAN_ENGINE_TRACE_H
#define FAN_ENGINE_TRACE_H

#include <stddef.h>
#include <stdint.h>

typedef enum fan_event_kind {
    FAN_EVENT_SEND,     /**< a send was started */
    FAN_EVENT_RECEIVED, /**< a receive has finished */
    FAN_EVENT_COMPLETE  /**< all chunks are here; class, chunk and peer mean nothing */
} fan_event_kind;

typedef struct fan_event {
    fan_event_kind kind;
    int class;
    int peer;
    int64_t chunk; /**< global number */
    double time;   /**< seconds of CLOCK_MONOTONIC, common to the ranks of a node */
} fan_event;

typedef struct fan_trace {
    fan_event *events;
    size_t count;
    size_t room;
    size_t lost; /**< events for which there was no memory */
} fan_trace;

/** Append an event, with the time of now. Does nothing if `trace` is NULL. */
void fan_trace_add(fan_trace *trace, fan_event_kind kind, int class, int64_t chunk, int peer);

/** Forget all events and release the memory. */
void fan_trace_clear(fan_trace *trace);

#endif
