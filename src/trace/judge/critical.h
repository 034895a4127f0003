/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file critical.h  What the last rank of a broadcast waited for, and what that waited for, back to
 * the root.
 */
#ifndef FAN_TRACE_JUDGE_CRITICAL_H
#define FAN_TRACE_JUDGE_CRITICAL_H

#include "trace/read/run.h"

typedef enum fan_judge_step_kind {
    FAN_STEP_RECEIVED, /**< the rank received a message from the peer */
    FAN_STEP_BUSY,     /**< before it could send that, the rank was sending others */
    FAN_STEP_FILLED,   /**< the source of the rank gave the bytes */
    FAN_STEP_READ      /**< the rank read all from shared memory, which the peer wrote */
} fan_judge_step_kind;

typedef struct fan_judge_step {
    fan_judge_step_kind kind;
    double begin, end;
    int rank, peer;
    int subfile;
    int64_t offset, bytes;
    int sends; /**< of FAN_STEP_BUSY */
} fan_judge_step;

typedef struct fan_judge_path {
    int last;              /**< the rank that had everything last */
    fan_judge_step *steps; /**< from the last to the first */
    size_t count, room;
} fan_judge_path;

/**
 * Find it. Release it with fan_judge_path_free. Without an end, as in the trace of a failure, there
 * are no steps.
 */
fan_status fan_judge_path_find(const fan_cast *cast, fan_judge_path *path);

void fan_judge_path_free(fan_judge_path *path);

#endif
