/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file run.h  A trace that has been read: communicators, their broadcasts, and what belongs
 * together in one.
 */
#ifndef FAN_TRACE_READ_RUN_H
#define FAN_TRACE_READ_RUN_H

#include "base/status.h"
#include "trace/record/transfer.h"

#include <stdbool.h>
#include <stddef.h>

/** One communicator. */
typedef struct fan_run {
    uint64_t id;
    int size;
    fan_record_rank *ranks; /**< [size]; `rank` is -1 where nothing is known of it */
    fan_record_broadcast *broadcasts;
    size_t broadcast_count;
    fan_transfer *transfers; /**< after fan_run_sort by broadcast, rank and beginning */
    size_t transfer_count;
    char *explanation; /**< how the library came to do it so; NULL: the trace does not say */
} fan_run;

/** Release what it has. */
void fan_run_free(fan_run *run);

/**
 * Move what `more`, another part of the same communicator, has into `run`. `more` is empty then, in
 * a failure too.
 */
fan_status fan_run_merge(fan_run *run, fan_run *more);

/** To be called when everything is there. */
void fan_run_sort(fan_run *run);

/** Transfers that are lost, of all ranks. */
int64_t fan_run_lost(const fan_run *run);

enum { FAN_NO_PARTNER = -1 };

/** One broadcast. */
typedef struct fan_cast {
    const fan_run *run;
    const fan_record_broadcast *how;
    int64_t bytes;                 /**< of the data */
    const fan_transfer *transfers; /**< by rank and beginning */
    size_t count;
    size_t *first; /**< [size + 1] the first transfer of each rank */
    /** [count] of a send its receive, of a receive its send, or FAN_NO_PARTNER */
    int64_t *partner;
    double begin, end; /**< of the first rank that called, of the last one that had everything */
} fan_cast;

/** Select the broadcast in place `index` of a sorted run, which must stay. */
fan_status fan_cast_open(fan_cast *cast, const fan_run *run, size_t index);

void fan_cast_close(fan_cast *cast);

/** From when on bytes can have moved: a receive is posted long before its send begins. */
double fan_cast_start(const fan_cast *cast, size_t transfer);

/** The record of the broadcast itself on a rank, NULL if it has none. */
const fan_transfer *fan_cast_whole(const fan_cast *cast, int rank);

/** Whether a transfer ended. */
bool fan_transfer_ended(const fan_transfer *transfer);

#endif
