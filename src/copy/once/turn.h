/* SPDX-License-Identifier: BSD-3-Clause */
/** @file turn.h  --once: waiting for other jobs that make the same. */
#ifndef FAN_COPY_ONCE_TURN_H
#define FAN_COPY_ONCE_TURN_H

#include "copy/job/outcome.h"
#include "copy/once/marker.h"

#include <mpi.h>

/** What this rank needs, and how long it waits. */
typedef struct fan_copy_turn {
    const char *path;       /**< of the marker */
    const char *final_path; /**< what the marker is about */
    const fan_copy_content *content;
    double patience; /**< seconds */
    bool quiet;      /**< do not say that it waits */
} fan_copy_turn;

/**
 * Lock the marker, together with all ranks that need one: no rank has one while another waits, so
 * that two jobs never wait for each other. Collective.
 *
 * @param needs  this rank needs one
 * @return it, locked, or -1 without one: then this rank needs none, or the outcome says what failed
 */
int fan_copy_turn_take(const fan_copy_turn *turn, bool needs, fan_copy_outcome *outcome,
                       MPI_Comm comm);

/** Record that DST has or gets another content, with both digests. */
void fan_copy_turn_fail_different(fan_copy_outcome *outcome, const char *final_path,
                                  const fan_copy_marker *there, const fan_copy_content *content);

#endif
