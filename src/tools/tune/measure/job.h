/* SPDX-License-Identifier: BSD-3-Clause */
/** @file job.h  The ranks that measure, the time they have, and how the others wait. */
#ifndef FAN_TOOLS_TUNE_MEASURE_JOB_H
#define FAN_TOOLS_TUNE_MEASURE_JOB_H

#include "tools/common/job.h"

#include <mpi.h>
#include <stddef.h>
#include <stdio.h>

typedef struct fan_tune_job {
    fan_job world;
    MPI_Comm
        comm; /**< the ranks that measure, rank 0 is MPI_COMM_WORLD's; MPI_COMM_NULL elsewhere */
    int rank; /**< in comm */
    int size; /**< of comm, on all ranks */
    int *members; /**< [size] their ranks in MPI_COMM_WORLD */
    double start; /**< of the measurements; rank 0's clock decides */
    double seconds;
    FILE *terminal; /**< rank 0: where progress goes, or NULL */
} fan_tune_job;

/** One rank of each host, or all if there is only one host. Collective over MPI_COMM_WORLD. */
void fan_tune_job_open(fan_tune_job *job);

void fan_tune_job_close(fan_tune_job *job);

/** The host of a rank of `comm`. */
const char *fan_tune_host(const fan_tune_job *job, int rank);

/** Seconds until `share` (0 to 1) of the time is used; negative afterwards. */
double fan_tune_time_left(const fan_tune_job *job, double share);

/** Say on the terminal what is measured now. Does nothing without one. */
void fan_tune_progress(const fan_tune_job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Remove the line. */
void fan_tune_progress_end(const fan_tune_job *job);

/**
 * Rank 0's data on all ranks of `comm`. Collective. Whoever waits here sleeps: the machine belongs
 * to the ranks that measure, which may be on the same cores.
 */
void fan_tune_share(void *data, size_t bytes, MPI_Comm comm);

#endif
