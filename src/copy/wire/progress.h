/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file progress.h  The progress line.
 *
 * Each writer sends the number of bytes that it has written to rank 0, a few times a second and
 * only when its last message has gone, on a communicator of its own; rank 0 looks for such messages
 * when the stream calls it. A last message says that a writer has ended.
 */
#ifndef FAN_COPY_WIRE_PROGRESS_H
#define FAN_COPY_WIRE_PROGRESS_H

#include "copy/job/outcome.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct fan_copy_progress {
    MPI_Comm comm; /**< MPI_COMM_NULL: no progress is shown, all calls do nothing */
    int rank;
    int size;
    int64_t total; /**< bytes; 0: not known */
    int64_t files; /**< in all */
    double start;
    double next;   /**< when to report again */
    double period; /**< seconds */

    int64_t report; /**< other ranks: the bytes in the message that `sending` sends */
    MPI_Request sending;

    FILE *terminal; /**< rank 0: where the line goes, or NULL */
    bool marks;     /**< rank 0: it is told by marks, too */
    int64_t all;    /**< bytes that each host is to have */
    const fan_copy_outcome *outcomes;
    int64_t read;
    int64_t files_read;
    int64_t *written; /**< by each rank; negative if it writes no more */
    int running;      /**< ranks that have not sent their last message */
} fan_copy_progress;

/**
 * Begin. Collective over `comm`.
 *
 * @param shown     equal on all ranks: whether there is a line at all
 * @param terminal  where to, on rank 0, or NULL
 * @param total     bytes that travel, 0 if that is not known
 * @param files     how many files they are of
 * @param outcomes  on rank 0: of all ranks; kept
 */
void fan_copy_progress_start(fan_copy_progress *progress, MPI_Comm comm, bool shown, FILE *terminal,
                             int64_t total, int64_t files, const fan_copy_outcome *outcomes);

/**
 * After that, on rank 0.
 *
 * @param all    bytes that each host is to have, those that it had before included
 * @param marks  also tell it by marks (copy/job/mark.h)
 */
void fan_copy_progress_of(fan_copy_progress *progress, int64_t all, bool marks);

/** Rank 0 has read `bytes` of the sources, up to file number `files`. */
void fan_copy_progress_read(fan_copy_progress *progress, int64_t bytes, int64_t files);

/** This rank has written its copy up to `bytes`. */
void fan_copy_progress_written(fan_copy_progress *progress, int64_t bytes);

/** This rank has ended; rank 0 goes on until all have. Removes the line. Collective. */
void fan_copy_progress_end(fan_copy_progress *progress);

/** On rank 0: how much of the data that rank has, as far as is known. */
int fan_copy_progress_percent(const fan_copy_progress *progress, int rank);

/** Release all. Local. */
void fan_copy_progress_close(fan_copy_progress *progress);

#endif
