/* SPDX-License-Identifier: BSD-3-Clause */
/** @file outcome.h  What became of one rank's copy. */
#ifndef FAN_COPY_JOB_OUTCOME_H
#define FAN_COPY_JOB_OUTCOME_H

#include <limits.h>
#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

enum { FAN_COPY_TEXT = 512, FAN_COPY_HOST = 256 };

typedef struct fan_copy_outcome {
    char host[FAN_COPY_HOST];
    char path[PATH_MAX];       /**< the final name */
    char error[FAN_COPY_TEXT]; /**< what failed on this rank and what to do; "" if nothing did */
    char note[FAN_COPY_TEXT];  /**< what the user may want to know; "" if nothing */
    int rank;                  /**< in the communicator of the job */
    /** the rank that writes for this one, because their hosts share the place; -1: none */
    int written_by;
    bool reads_only; /**< the source's, which is not to get a copy */
    bool writes;     /**< it is going to write */
    bool whole;      /**< all files are there, and are the source's */
    double seconds;  /**< from the first byte to the final name, or to the failure */
} fan_copy_outcome;

/** The outcome of this rank so far: nothing has happened. */
void fan_copy_outcome_init(fan_copy_outcome *outcome, int job_rank);

/** From now on messages are about `path`. */
void fan_copy_outcome_at(fan_copy_outcome *outcome, const char *path);

/** Record why this rank fails, unless it is known already. */
void fan_copy_outcome_fail(fan_copy_outcome *outcome, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Record that `what` failed with `error_number`, and what to do about it. */
void fan_copy_outcome_fail_errno(fan_copy_outcome *outcome, const char *what, int error_number);

/**
 * Record that `what` failed at `path`: with `error_number` as above, or if that is 0 with nothing
 * more to say. Nothing changes if this rank has failed before.
 *
 * @return false, for the caller to return
 */
bool fan_copy_outcome_fail_at(fan_copy_outcome *outcome, const char *path, const char *what,
                              int error_number);

/** Write "WHAT: REASON; ADVICE" into `text`. */
void fan_copy_describe_errno(char *text, size_t size, const char *what, int error_number);

/** Write "cannot keep WHAT of PATH: REASON" into `text`. */
void fan_copy_describe_loss(char *text, size_t size, const char *what, const char *path,
                            int error_number);

/** All outcomes into `all` (of the size of `comm`) on rank 0; others may give NULL. Collective. */
void fan_copy_outcomes_gather(const fan_copy_outcome *mine, fan_copy_outcome *all, MPI_Comm comm);

#endif
