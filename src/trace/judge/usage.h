/* SPDX-License-Identifier: BSD-3-Clause */
/** @file usage.h  How well links and ranks are used. */
#ifndef FAN_TRACE_JUDGE_USAGE_H
#define FAN_TRACE_JUDGE_USAGE_H

#include "trace/read/run.h"

/** From one end to another: hosts, or ranks where all are on one host. */
typedef struct fan_judge_link {
    int from, to;
    int64_t bytes;
    /** seconds from the beginning of the first transfer of a broadcast to the end of its last */
    double active;
    double busy; /**< of these, in which something was under way */
} fan_judge_link;

/** Of one rank, in its calls. */
typedef struct fan_judge_rank_usage {
    double time;    /**< in broadcasts, until it had everything and had sent on what it had to */
    double sending; /**< in which sends were under way */
    double receiving;
    double both;
    double idle;    /**< neither */
    double *waited; /**< [size] of the idle time, how long before what came from each rank */
} fan_judge_rank_usage;

typedef struct fan_judge_usage {
    int size;
    int *end_of; /**< [size] of ranks: the number of its end */
    int ends;
    bool ends_are_ranks;
    fan_judge_link *links; /**< that had bytes, by their ends */
    size_t link_count, link_room;
    fan_judge_rank_usage *ranks; /**< [size] */
    double *waited;              /* of all ranks */
} fan_judge_usage;

/** Prepare. */
fan_status fan_judge_usage_begin(fan_judge_usage *usage, const fan_run *run);

/** Add a broadcast of that run. */
fan_status fan_judge_usage_add(fan_judge_usage *usage, const fan_cast *cast);

void fan_judge_usage_free(fan_judge_usage *usage);

/** Whom a rank waited for most, -1 if for nobody. */
int fan_judge_usage_waited_most(const fan_judge_usage *usage, int rank);

#endif
