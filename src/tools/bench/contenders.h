/* SPDX-License-Identifier: BSD-3-Clause */
/** @file contenders.h  What is measured: the limit and the broadcasts. */
#ifndef FAN_TOOLS_BENCH_CONTENDERS_H
#define FAN_TOOLS_BENCH_CONTENDERS_H

#include "tools/bench/options.h"
#include "tools/common/job.h"

#include <mpi.h>
#include <stdbool.h>

typedef enum fan_bench_kind {
    FAN_BENCH_LIMIT,
    FAN_BENCH_MPI,
    FAN_BENCH_FANOUT,
    FAN_BENCH_MEMCPY, /**< every rank copies as many bytes, all at once */
    FAN_BENCH_PEER
} fan_bench_kind;

typedef struct fan_bench_contender {
    fan_bench_kind kind;
    char name[FAN_BENCH_MAX_NAME];
    const fan_bench_setting *setting; /**< of FAN_BENCH_FANOUT; NULL: none */
    const fan_bench_peer *peer;       /**< of FAN_BENCH_PEER */
    MPI_Comm comm;                    /**< its own duplicate of MPI_COMM_WORLD */
    void *copy;                       /**< of FAN_BENCH_MEMCPY: where to */
} fan_bench_contender;

enum { FAN_BENCH_MAX_CONTENDERS = 4 + FAN_BENCH_MAX_SETTINGS + FAN_BENCH_MAX_PEERS };

typedef struct fan_bench_contenders {
    int count; /**< number 0 is the limit */
    /** number of FAN_BENCH_MEMCPY; 0: none, because no two ranks share a host */
    int memcpy;
    fan_bench_contender list[FAN_BENCH_MAX_CONTENDERS];
} fan_bench_contenders;

/** Make the communicators and their libfanout state, so that no timed call does. Collective. */
void fan_bench_contenders_open(fan_bench_contenders *contenders, const fan_bench_options *options,
                               const fan_job *job);

/** Free the communicators. Collective. */
void fan_bench_contenders_close(fan_bench_contenders *contenders);

/** Move the data once. Called by all ranks of the job; ends the job if MPI or libfanout fails. */
void fan_bench_run(const fan_bench_contender *contender, const fan_job *job, void *buffer,
                   int bytes);

/** Whether this rank has the data of the root after fan_bench_run. */
bool fan_bench_receives(const fan_bench_contender *contender, const fan_job *job);

#endif
