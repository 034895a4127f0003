/* SPDX-License-Identifier: BSD-3-Clause */
/** @file ranks.h  Which ranks write, and which of them read. */
#ifndef FAN_COPY_JOB_RANKS_H
#define FAN_COPY_JOB_RANKS_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

/** What the user says of the sources. */
typedef struct fan_copy_ranks_options {
    MPI_Comm job;  /**< all ranks of the copy */
    bool per_rank; /**< all ranks write, not one on each node */
    /** the name of the host of those that name none, with or without its domain; NULL: `root` */
    const char *source_host;
    int root; /**< in `job`: reads those that name no host, if there is no `source_host` */
    char *const *sources; /**< [source_count], each a path or HOST:PATH */
    int source_count;
    bool plain;   /**< each is a path, whatever it looks like */
    bool orphans; /**< nobody has any of them any more: `root` only reports */
} fan_copy_ranks_options;

typedef struct fan_copy_ranks {
    MPI_Comm job; /**< the user's */
    int job_rank; /**< in `job` */
    int number;   /**< in messages and in names of files: the same */
    /**
     * the rank in `job` that reads the first source, and reports; -1: no rank runs on the
     * host of the sources
     */
    int source;
    int default_source; /**< the one on the host of those that name none */
    /** those that write, with the source as rank 0; MPI_COMM_NULL on the others */
    MPI_Comm writers;
    int rank; /**< in `writers` */
    int size; /**< of `writers` */
    /** the same ranks, for fanout_stream: errors are returned; MPI_COMM_NULL before it is opened */
    MPI_Comm stream;
    /** the ranks of this node, with the one that writes for them as rank 0; MPI_COMM_NULL if all
     * write for themselves */
    MPI_Comm node;

    /** [reader_count] one rank for each host with sources, in the order of their first ones; in
     * `writers`, where it is not MPI_COMM_NULL */
    int *readers;
    int *job_readers; /**< [reader_count] the same in `job` */
    int reader_count;
    int reader; /**< which of them this rank is; -1: none */
    /* For each source: */
    int *read_by;  /**< which of the readers reads it */
    bool *located; /**< it names a host of the job */
    bool *sees;    /**< this rank shares memory with its reader, so it sees the source itself */
} fan_copy_ranks;

/**
 * One writer per node, or all ranks. Collective over `job`, whose error handler `writers` inherits.
 */
void fan_copy_ranks_open(fan_copy_ranks *ranks, const fan_copy_ranks_options *options);

/** What ranks of `from` are called in `to`; MPI_UNDEFINED: not there. Local. */
void fan_copy_ranks_translate(MPI_Comm from, int count, const int *ranks, MPI_Comm to, int *there);

/** Make `stream`, which is not needed where there is nothing to copy. Collective over `writers`. */
void fan_copy_ranks_open_stream(fan_copy_ranks *ranks);

/** Release all. Collective. */
void fan_copy_ranks_close(fan_copy_ranks *ranks);

/**
 * Release all but the communicators. After a death they stay as they are: Open MPI 5 would give the
 * number of one that is freed to the next one that is made, and then what is still on its way for
 * the old one arrives there, in the place of the first messages. Local.
 */
void fan_copy_ranks_leave(fan_copy_ranks *ranks);

/**
 * What one rank knows becomes known to others, who leave their core to them while they wait.
 * Collective over `job`, or if the writers cannot talk to each other any more, over each node.
 *
 * @param talk  rank 0 of the writers tells all; otherwise each writer its node
 */
void fan_copy_ranks_tell(const fan_copy_ranks *ranks, bool talk, void *data, size_t bytes);

/**
 * The exit status of the source on all ranks. Collective over `job`, as fan_copy_ranks_tell.
 */
int fan_copy_ranks_agree(const fan_copy_ranks *ranks, int status);

#endif
