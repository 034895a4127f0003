/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-bench. */
#ifndef FAN_TOOLS_BENCH_OPTIONS_H
#define FAN_TOOLS_BENCH_OPTIONS_H

#include "tools/bench/peers.h"
#include "tune/params.h"

#include <stdbool.h>

enum {
    FAN_BENCH_MAX_SIZES = 64,
    FAN_BENCH_MAX_SETTINGS = 64,
    FAN_BENCH_MAX_PEERS = 64,
    FAN_BENCH_MAX_NAME = 96
};

/** fanout_bcast with some parameters set by hand. */
typedef struct fan_bench_setting {
    char name[FAN_BENCH_MAX_NAME]; /**< of the contender */
    fan_params params;             /**< those that are given */
} fan_bench_setting;

typedef struct fan_bench_options {
    int sizes[FAN_BENCH_MAX_SIZES]; /**< bytes, as MPI_Bcast counts them */
    int size_count;
    char *algorithms;       /**< as --algorithm lists them, or NULL */
    const char *group_size; /**< for `algorithms`, or NULL */
    fan_bench_setting settings[FAN_BENCH_MAX_SETTINGS];
    int setting_count; /**< those of `algorithms` are among them */
    fan_bench_peer peers[FAN_BENCH_MAX_PEERS];
    int peer_count;
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
