/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Manifests: any sequence of entries and extents, cut into pieces and blocks, which together are
 * all of it.
 */
#include "config.h"

#include "copy/model/manifest.h"
#include "copy/model/pieces.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/param.h>

enum { MOST_ENTRIES = 40, MOST_EXTENTS = 6, MOST_LENGTH = 1 << 21 };

static void add_extents(fan_copy_manifest *manifest, fan_copy_entry *entry, fuzz_input *input)
{
    int64_t at = 0;
    for (unsigned i = fuzz_take_below(input, MOST_EXTENTS); i > 0; i--) {
        uint32_t gap, bytes;
        fuzz_take(input, &gap, sizeof gap);
        fuzz_take(input, &bytes, sizeof bytes);
        at += gap % MOST_LENGTH;
        fan_copy_manifest_add_extent(manifest, at, 1 + bytes % MOST_LENGTH);
        at += 1 + bytes % MOST_LENGTH;
    }
    entry->bytes = at;
}

static int64_t make(fan_copy_manifest *manifest, fuzz_input *input)
{
    int64_t bytes = 0;
    for (int entries = 0; input->size > 0 && entries < MOST_ENTRIES; entries++) {
        char name[8] = "";
        const struct stat status = {.st_mode = S_IFREG};
        fuzz_take(input, name, sizeof name - 1);
        fan_copy_entry *entry = fan_copy_manifest_add(
            manifest, (fan_copy_kind)fuzz_take_below(input, FAN_COPY_HARD_LINK), 0, name, &status);
        fuzz_assert(strcmp(fan_copy_entry_path(manifest, entry), name) == 0);
        if (entry->kind == FAN_COPY_REGULAR)
            add_extents(manifest, entry, input);
    }
    for (int64_t i = 0; i < manifest->extent_count; i++)
        bytes += manifest->extents[i].bytes;
    return bytes;
}

static void check_pieces(const fan_copy_manifest *manifest, int64_t expected)
{
    fan_copy_cursor cursor = {0};
    fan_copy_piece piece;
    int64_t count = 0, bytes = 0;
    for (; fan_copy_pieces_next(manifest, &cursor, &piece); count++) {
        fuzz_assert(piece.index == count && piece.bytes > 0 && piece.bytes <= FAN_COPY_BLOCK);
        fuzz_assert(piece.offset / FAN_COPY_BLOCK ==
                    (piece.offset + piece.bytes - 1) / FAN_COPY_BLOCK);
        bytes += piece.bytes;
    }
    fuzz_assert(bytes == expected && count == fan_copy_pieces_count(manifest));
}

static void check_blocks(const fan_copy_manifest *manifest, int64_t expected)
{
    fan_copy_cursor cursor = {0};
    fan_copy_block block;
    int64_t bytes = 0;
    while (fan_copy_blocks_next(manifest, NULL, &cursor, &block)) {
        fuzz_assert(block.pieces > 0 && block.bytes <= FAN_COPY_BLOCK);
        bytes += block.bytes;
    }
    fuzz_assert(bytes == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fan_copy_manifest manifest = {0};
    fuzz_input input = {data, size};
    int64_t bytes = make(&manifest, &input);
    check_pieces(&manifest, bytes);
    check_blocks(&manifest, bytes);
    fan_copy_manifest_free(&manifest);
    return 0;
}
