/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-bench. */
#ifndef FAN_TOOLS_BENCH_OPTIONS_H
#define FAN_TOOLS_BENCH_OPTIONS_H

#include "tools/bench/peers.h"
#include "tune/params.h"

#include <stdbool.h>

enum { FAN_BENCH_MAX_SIZES = 64, FAN_BENCH_MAX_ALGORITHMS = 16, FAN_BENCH_MAX_PEERS = 64 };

typedef struct fan_bench_options {
    int sizes[FAN_BENCH_MAX_SIZES]; /**< bytes, as MPI_Bcast counts them */
    int size_count;
    const char *algorithms[FAN_BENCH_MAX_ALGORITHMS];
    int algorithm_count;
    fan_bench_peer peers[FAN_BENCH_MAX_PEERS];
    int peer_count;
    int group_size; /**< for `algorithms`, 0: chosen */
    int root;
    int rounds;
    int warmup;       /**< rounds before those that count */
    bool check;       /**< the data of every round, not of the first one only */
    bool quiet;       /**< no table */
    const char *json; /**< file name, "-" for standard output, or NULL */
} fan_bench_options;

/** Parse the arguments, as fan_os_parse_on_ranks does. */
void fan_bench_options_parse(int argc, char **argv, bool prints, fan_bench_options *options);

/** The largest of the sizes. */
int fan_bench_largest(const fan_bench_options *options);

#endif
