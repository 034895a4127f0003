/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file trace.h  What a rank did, kept in memory: one record per transfer. Off unless a trace is
 * given.
 */
#ifndef FAN_ENGINE_TRACE_H
#define FAN_ENGINE_TRACE_H

#include "trace/record/transfer.h"

#include <stdbool.h>
#include <stddef.h>

/** Stands for a transfer that is not recorded. */
#define FAN_NO_TRANSFER SIZE_MAX

typedef struct fan_trace {
    fan_transfer *transfers; /**< in the order of their beginnings */
    size_t count, room;
    fan_record_broadcast *broadcasts;
    size_t broadcast_count, broadcast_room;
    int64_t limit; /**< bytes that all traces of the process may take, 0: any number */
    int64_t lost;  /**< records that were dropped for lack of memory */
    int rank;
    int next_broadcast; /**< its number */
    size_t whole;       /**< the record of the current broadcast */
    bool serving;       /**< the current phase is that of secondary groups */
} fan_trace;

/* All of the following do nothing if `trace` is NULL. They record the current time. */

/** A broadcast begins on this rank, of `bytes` from `root`. */
void fan_trace_broadcast(fan_trace *trace, int root, int64_t bytes);

/** Say how it is done. Of `how`, number, bytes, root and start are set here. */
void fan_trace_describe(fan_trace *trace, const fan_record_broadcast *how);

/** Its length, which was unknown. */
void fan_trace_length(fan_trace *trace, int64_t bytes);

/** This rank has all of it. */
void fan_trace_complete(fan_trace *trace);

/**
 * A transfer begins: of this, broadcast, rank and times are set here. Returns what to end it with.
 */
size_t fan_trace_begin(fan_trace *trace, fan_transfer transfer);

/** It has ended, and was of `bytes`. */
void fan_trace_end(fan_trace *trace, size_t transfer, int64_t bytes);

/** Forget everything that was recorded and release the memory. */
void fan_trace_clear(fan_trace *trace);

#endif
