/* SPDX-License-Identifier: BSD-3-Clause */
/** @file job.h  The ranks of the job, their hosts, the two ends of the limit. */
#ifndef FAN_TOOLS_COMMON_JOB_H
#define FAN_TOOLS_COMMON_JOB_H

#include <mpi.h>

typedef char fan_job_host[MPI_MAX_PROCESSOR_NAME];

typedef struct fan_job {
    int rank;
    int size;
    int root; /**< of the broadcasts, and the sender of the limit */
    int peer; /**< the receiver of the limit: the next rank on another host, or the next one */
    fan_job_host *hosts; /**< the host of each rank */
    int host_count;      /**< different ones */
} fan_job;

/** Learn the hosts of all ranks of MPI_COMM_WORLD. Collective. Undone by fan_job_close. */
void fan_job_open(fan_job *job);

/** Set the root, a rank of the job, and with it the peer. Local. */
void fan_job_set_root(fan_job *job, int root);

void fan_job_close(fan_job *job);

/** Say what failed, on which rank and host, and end the job with status 1. */
_Noreturn void fan_job_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** End the job so if `code`, which `what` returned, is an error of MPI. */
void fan_job_check(const char *what, int code);

#endif
