/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/model/pieces.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/param.h>

static int64_t extent_pieces(const fan_copy_extent *extent)
{
    int64_t last = extent->offset + extent->bytes - 1;
    return last / FAN_COPY_BLOCK - extent->offset / FAN_COPY_BLOCK + 1;
}

int64_t fan_copy_entry_pieces(const fan_copy_manifest *manifest, const fan_copy_entry *entry)
{
    int64_t pieces = 0;
    for (int64_t i = 0; i < entry->extents; i++)
        pieces += extent_pieces(&manifest->extents[entry->first_extent + i]);
    return pieces;
}

int64_t fan_copy_pieces_count(const fan_copy_manifest *manifest)
{
    int64_t pieces = 0;
    for (int64_t i = 0; i < manifest->extent_count; i++)
        pieces += extent_pieces(&manifest->extents[i]);
    return pieces;
}

bool fan_copy_pieces_next(const fan_copy_manifest *manifest, fan_copy_cursor *cursor,
                          fan_copy_piece *piece)
{
    while (cursor->entry < manifest->entry_count &&
           cursor->extent == manifest->entries[cursor->entry].extents) {
        cursor->entry++;
        cursor->extent = 0;
    }
    if (cursor->entry == manifest->entry_count)
        return false;
    const fan_copy_extent *extent =
        &manifest->extents[manifest->entries[cursor->entry].first_extent + cursor->extent];
    int64_t from = extent->offset + cursor->offset;
    int64_t end = extent->offset + extent->bytes;
    int64_t boundary = (from / FAN_COPY_BLOCK + 1) * FAN_COPY_BLOCK;
    int64_t to = MIN(boundary, end);
    *piece = (fan_copy_piece){cursor->index++, cursor->entry, from, to - from};
    cursor->offset = to - extent->offset;
    if (to == end) {
        cursor->extent++;
        cursor->offset = 0;
    }
    return true;
}

bool fan_copy_pieces_next_of(const fan_copy_manifest *manifest, const fan_copy_set *set,
                             fan_copy_cursor *cursor, fan_copy_piece *piece)
{
    while (fan_copy_pieces_next(manifest, cursor, piece))
        if (set == NULL || fan_copy_set_has(set, piece->index))
            return true;
    return false;
}

bool fan_copy_blocks_next(const fan_copy_manifest *manifest, const fan_copy_set *set,
                          fan_copy_cursor *cursor, fan_copy_block *block)
{
    fan_copy_piece piece;
    fan_copy_cursor ahead = *cursor;
    *block = (fan_copy_block){.start = *cursor};
    while (fan_copy_pieces_next_of(manifest, set, &ahead, &piece) &&
           block->bytes + piece.bytes <= FAN_COPY_BLOCK) {
        block->bytes += piece.bytes;
        block->pieces++;
        *cursor = ahead;
    }
    return block->pieces > 0;
}

size_t fan_copy_set_bytes(int64_t count)
{
    return (size_t)(count + CHAR_BIT - 1) / CHAR_BIT;
}

fan_copy_set fan_copy_set_make(int64_t count)
{
    return (fan_copy_set){fan_copy_allocate(fan_copy_set_bytes(count), 1), count};
}

void fan_copy_set_add(fan_copy_set *set, int64_t index)
{
    set->bits[index / CHAR_BIT] |= (unsigned char)(1u << index % CHAR_BIT);
}

bool fan_copy_set_has(const fan_copy_set *set, int64_t index)
{
    return set->bits[index / CHAR_BIT] >> index % CHAR_BIT & 1;
}

fan_copy_set fan_copy_set_from(const fan_copy_set *set, int64_t first)
{
    fan_copy_set rest = fan_copy_set_make(set->count);
    for (int64_t i = first; i < set->count; i++)
        if (fan_copy_set_has(set, i))
            fan_copy_set_add(&rest, i);
    return rest;
}

bool fan_copy_set_is_full(const fan_copy_set *set)
{
    for (int64_t i = 0; i < set->count; i++)
        if (!fan_copy_set_has(set, i))
            return false;
    return true;
}

void fan_copy_set_free(fan_copy_set *set)
{
    free(set->bits);
    *set = (fan_copy_set){0};
}
