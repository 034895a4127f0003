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

/** Who has no memory for a manifest. */
typedef struct fan_copy_announce_shortage {
    bool here, anywhere;
} fan_copy_announce_shortage;

/**
 * Put together what the readers have found, in their order. Collective.
 *
 * @param manifest  on a reader: what it has found; becomes all, on all ranks
 * @param portions  [count] with their readers; receive the entries
 * @param shortage  [out] if anywhere, nobody knows what is copied
 * @return MPI_SUCCESS, or a code after which nothing more can be said to the others
 */
int fan_copy_announce(fan_copy_manifest *manifest, fan_copy_portion *portions, int count,
                      MPI_Comm comm, fan_copy_announce_shortage *shortage);

/**
 * What the source of rank 0 is itself, without a name. Collective.
 *
 * @return a manifest with kind, device and inode of the first entry, or without any; to be freed
 */
fan_copy_manifest fan_copy_announce_top(const fan_copy_manifest *found, MPI_Comm comm);

#endif
