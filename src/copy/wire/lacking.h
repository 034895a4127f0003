/* SPDX-License-Identifier: BSD-3-Clause */
/** @file lacking.h  Which pieces some rank lacks: those travel. */
#ifndef FAN_COPY_WIRE_LACKING_H
#define FAN_COPY_WIRE_LACKING_H

#include "copy/model/announce.h"
#include "copy/model/pieces.h"
#include "copy/target/tree.h"

#include <mpi.h>

/**
 * With --checksum: find out which of the candidates are the source's files. Collective.
 *
 * @param sources  what was named on the command line
 * @param portions  [count] who reads which entries
 * @param tree  NULL on a rank that makes nothing
 */
void fan_copy_lacking_compare(char *const *sources, const fan_copy_manifest *manifest,
                              const fan_copy_portion *portions, int count, fan_copy_tree *tree,
                              const fan_copy_set *candidates, fan_copy_set *have, MPI_Comm comm);

/** The pieces of the set that one rank reads; to be freed. Local. */
fan_copy_set fan_copy_lacking_portion(const fan_copy_manifest *manifest, const fan_copy_set *set,
                                      const fan_copy_portion *portion);

/** The pieces that not all ranks have; `have` becomes them. Collective. */
void fan_copy_lacking_find(fan_copy_set *have, MPI_Comm comm);

/** Bytes of the pieces in a set. */
int64_t fan_copy_lacking_bytes(const fan_copy_manifest *manifest, const fan_copy_set *set);

#endif
