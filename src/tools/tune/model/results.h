/* SPDX-License-Identifier: BSD-3-Clause */
/** @file results.h  All that fanout-tune measures, and the parameters that follow. */
#ifndef FAN_TOOLS_TUNE_MODEL_RESULTS_H
#define FAN_TOOLS_TUNE_MODEL_RESULTS_H

#include "tools/tune/model/curve.h"
#include "tune/params.h"

enum { FAN_TUNE_PAIRS = 8 };

/** Rank 0 and one other. */
typedef struct fan_tune_pair {
    char host[256]; /**< of the other */
    /** half of the seconds per message and echo, over the messages on the way */
    fan_tune_curve messages;
    fan_tune_curve transfers; /**< seconds over bytes, there, with an empty answer */
    /** by fan_tune_model: its bandwidth, the median of all pairs being 1; 1 within a host */
    double speed;
} fan_tune_pair;

typedef struct fan_tune_results {
    char version[32], library[256], when[64];
    char hosts[400]; /**< names of some */
    int ranks, host_count;
    double seconds; /**< spent with measuring */
    int pair_count;
    fan_tune_pair pairs[FAN_TUNE_PAIRS];
    fan_tune_curve rates; /**< bytes per second that a node sends, and receives, over k */
    /** seconds that a chunk takes in one direction of one connection, over its bytes */
    fan_tune_curve chunks;
    fan_tune_curve mpi, fanout; /**< seconds of a broadcast over bytes */
    fan_params params;          /**< the parameters that are measured, others at their defaults */
} fan_tune_results;

/** The names of the parameters that are measured. */
enum { FAN_TUNE_NAMES = 6 };
extern const char *const fan_tune_names[FAN_TUNE_NAMES];

/** Write the value of one of these as text. */
void fan_tune_value(const fan_params *params, const char *name, char *text, size_t size);

#endif
