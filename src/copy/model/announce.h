/* SPDX-License-Identifier: BSD-3-Clause */
/** @file announce.h  What those who read have found becomes known to all ranks. */
#ifndef FAN_COPY_MODEL_ANNOUNCE_H
#define FAN_COPY_MODEL_ANNOUNCE_H

#include "copy/model/manifest.h"

#include <mpi.h>

/** What one rank reads of all that is copied. */
typedef struct fan_copy_portion {
    int reader;         /**< the rank */
    int64_t first, end; /**< its entries are [first, end) */
} fan_copy_portion;

/**
 * Put together what the readers have found, in their order. Collective.
 *
 * @param manifest  on a reader: what it has found; becomes all, on all ranks
 * @param portions  [count] with their readers; receive the entries
 * @return MPI_SUCCESS, or a code after which nothing more can be said to the others
 */
int fan_copy_announce(fan_copy_manifest *manifest, fan_copy_portion *portions, int count,
                      MPI_Comm comm);

#endif
