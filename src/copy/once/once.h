/* SPDX-License-Identifier: BSD-3-Clause */
/** @file once.h  --once: who makes DST, who waits, and who has it already. */
#ifndef FAN_COPY_ONCE_ONCE_H
#define FAN_COPY_ONCE_ONCE_H

#include "copy/job/outcome.h"
#include "copy/once/marker.h"
#include "copy/target/targets.h"

#include <mpi.h>

typedef struct fan_copy_once_options {
    bool verify;     /**< read what is there, and compare */
    double patience; /**< seconds to wait for another job at most */
    bool quiet;      /**< without a message that it waits */
    bool sync;       /**< the marker is on the device before success is reported */
} fan_copy_once_options;

typedef struct fan_copy_once {
    fan_copy_once_options options;
    fan_copy_outcome *outcome;
    const fan_copy_targets *targets;
    char path[PATH_MAX];     /**< of the marker */
    int fd;                  /**< of the marker, locked: this rank makes DST; -1 otherwise */
    bool was_there;          /**< the marker said something before */
    fan_copy_content wanted; /**< what is to be there; its digest only once that is needed */
    fan_copy_marker marker;
} fan_copy_once;

/**
 * Whether all ranks have DST, which takes a look at their markers. Then they are whole, and do not
 * write. Collective over the writers.
 *
 * @param manifest  what is copied; used on rank 0
 * @param targets   the first is DST; kept
 */
bool fan_copy_once_look(fan_copy_once *once, const fan_copy_once_options *options,
                        const fan_copy_manifest *manifest, const fan_copy_targets *targets,
                        fan_copy_outcome *outcome, MPI_Comm comm);

/**
 * If not: find out which ranks lack it. Those that have it are whole and do not write; the others
 * have locked it, and nothing is there any more. Collective over the writers.
 *
 * @param manifest  what is copied, and `sources` from where; used on rank 0
 * @param text      [FAN_COPY_TEXT] on rank 0: why it fails
 * @return false, on all ranks, if rank 0 cannot read what is to be copied
 */
bool fan_copy_once_settle(fan_copy_once *once, const fan_copy_manifest *manifest,
                          char *const *sources, MPI_Comm comm, char *text);

/** What is made gets its final name next. False if that cannot be noted. */
bool fan_copy_once_commit(fan_copy_once *once);

/** It has its final name. False if that cannot be noted. */
bool fan_copy_once_finish(fan_copy_once *once);

/** Let others make it, if it is not whole. */
void fan_copy_once_close(fan_copy_once *once);

#endif
