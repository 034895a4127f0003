/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file pieces.h  What travels, in order: the data of all files cut into pieces, and pieces put
 * together in blocks, so that small files go many at a time and large ones in parts. Pure.
 *
 * All ranks have the same manifest and the same set of lacking pieces, and so the same blocks.
 */
#ifndef FAN_COPY_MODEL_PIECES_H
#define FAN_COPY_MODEL_PIECES_H

#include "copy/model/manifest.h"

/**
 * No piece crosses a multiple of this in its file, no block is longer. Large against a header and a
 * system call, small against the interval at which progress is shown; compression gains little
 * from more.
 */
enum { FAN_COPY_BLOCK = 256 << 10 };

/** Bytes [offset, offset + bytes) of a file, none of them in a hole. */
typedef struct fan_copy_piece {
    int64_t index; /**< among all pieces of the manifest */
    int64_t entry;
    int64_t offset, bytes;
} fan_copy_piece;

/** A place between two pieces. Zero is the start. */
typedef struct fan_copy_cursor {
    int64_t entry, extent, offset, index;
} fan_copy_cursor;

/** One bit for each piece. */
typedef struct fan_copy_set {
    unsigned char *bits;
    int64_t count;
} fan_copy_set;

/** Some pieces that follow each other. */
typedef struct fan_copy_block {
    fan_copy_cursor start;
    int pieces;
    int64_t bytes; /**< of all of them */
} fan_copy_block;

/** How many pieces there are. */
int64_t fan_copy_pieces_count(const fan_copy_manifest *manifest);

/** How many pieces the entry has. */
int64_t fan_copy_entry_pieces(const fan_copy_manifest *manifest, const fan_copy_entry *entry);

/** Take the next piece. False at the end. */
bool fan_copy_pieces_next(const fan_copy_manifest *manifest, fan_copy_cursor *cursor,
                          fan_copy_piece *piece);

/** Take the next piece that is in `set` (NULL: any). False at the end. */
bool fan_copy_pieces_next_of(const fan_copy_manifest *manifest, const fan_copy_set *set,
                             fan_copy_cursor *cursor, fan_copy_piece *piece);

/** Take the next block of pieces of the set. False at the end. */
bool fan_copy_blocks_next(const fan_copy_manifest *manifest, const fan_copy_set *set,
                          fan_copy_cursor *cursor, fan_copy_block *block);

/** An empty set for `count` pieces. */
fan_copy_set fan_copy_set_make(int64_t count);

/** Bytes of a set of `count` pieces. */
size_t fan_copy_set_bytes(int64_t count);

/** Those of `set` from number `first` on; to be freed. */
fan_copy_set fan_copy_set_from(const fan_copy_set *set, int64_t first);

void fan_copy_set_add(fan_copy_set *set, int64_t index);
bool fan_copy_set_is_full(const fan_copy_set *set);
bool fan_copy_set_has(const fan_copy_set *set, int64_t index);
void fan_copy_set_free(fan_copy_set *set);

#endif
