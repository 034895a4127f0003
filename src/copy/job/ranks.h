/* SPDX-License-Identifier: BSD-3-Clause */
/** @file ranks.h  Which ranks write, and which of them reads. */
#ifndef FAN_COPY_JOB_RANKS_H
#define FAN_COPY_JOB_RANKS_H

#include <mpi.h>
#include <stdbool.h>

typedef struct fan_copy_ranks {
    int world_rank;
    /** the rank in MPI_COMM_WORLD that reads and reports; -1: no rank runs on the source's host */
    int source;
    bool on_source_node; /**< this rank shares memory with it, so it sees the source itself */
    /** those that write, with the source as rank 0; MPI_COMM_NULL on the others */
    MPI_Comm writers;
    int rank;        /**< in `writers` */
    int size;        /**< of `writers` */
    MPI_Comm stream; /**< the same ranks, for fanout_stream: errors are returned */
} fan_copy_ranks;

/**
 * One writer per node, or all ranks if `per_rank`. Collective over MPI_COMM_WORLD, whose error
 * handler `writers` inherits.
 *
 * @param source_host  the name of the host that has the source, with or without its domain; NULL:
 *                     rank 0's
 */
void fan_copy_ranks_open(fan_copy_ranks *ranks, bool per_rank, const char *source_host);

/** Free the communicators. Collective. */
void fan_copy_ranks_close(fan_copy_ranks *ranks);

/**
 * The exit status of `root` on all ranks. Collective over MPI_COMM_WORLD. Ranks that wait here for
 * the others leave their core to them.
 */
int fan_copy_ranks_agree(int status, int root);

#endif
