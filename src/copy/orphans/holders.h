/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file holders.h  Where nobody has the source any more: who sends which of the pieces that are
 * lacking somewhere.
 *
 * Each piece comes from the lowest rank that has it. Data must arrive in the order of the manifest,
 * but for the pieces of one file; so the holders of a file send their pieces of it one after the
 * other, and then it is the next file's turn.
 */
#ifndef FAN_COPY_ORPHANS_HOLDERS_H
#define FAN_COPY_ORPHANS_HOLDERS_H

#include "copy/model/pieces.h"

#include <limits.h>
#include <mpi.h>

/** A piece that no rank has. */
enum { FAN_COPY_HOLDERS_NONE = INT_MAX };

/** What one rank sends at a time: its pieces of the entries [first, end). */
typedef struct fan_copy_holders_turn {
    int holder;
    int64_t first, end;
} fan_copy_holders_turn;

/** The lowest rank that has each piece; to be freed. Collective. */
int *fan_copy_holders_find(const fan_copy_set *own, MPI_Comm comm);

/** Bytes of the lacking pieces that no rank has. Pure, as the functions below. */
int64_t fan_copy_holders_missing(const fan_copy_manifest *manifest, const fan_copy_set *lacking,
                                 const int *holders);

/**
 * Who sends when, if no piece is missing.
 *
 * @param count  receives how many turns there are
 * @return an array to be freed
 */
fan_copy_holders_turn *fan_copy_holders_turns(const fan_copy_manifest *manifest,
                                              const fan_copy_set *lacking, const int *holders,
                                              int64_t *count);

/** The pieces that are sent in a turn; to be freed. */
fan_copy_set fan_copy_holders_pieces(const fan_copy_manifest *manifest, const fan_copy_set *lacking,
                                     const int *holders, const fan_copy_holders_turn *turn);

#endif
