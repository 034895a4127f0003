/* SPDX-License-Identifier: BSD-3-Clause */
/* How the data of all files is cut into pieces and put together in blocks. */
#include "config.h"

#include "copy/model/pieces.h"
#include "tests/common/random.h"
#include "tests/common/unit_main.h"

static void add_file(fan_copy_manifest *manifest, const char *name)
{
    fan_copy_manifest_add(manifest, FAN_COPY_REGULAR, 0, name, &(struct stat){.st_mode = S_IFREG});
}

/*
 * Up to four extents with holes between, near the multiples of FAN_COPY_BLOCK, where the mistakes
 * are.
 */
static void add_random_extents(fan_copy_manifest *manifest, random_state *random)
{
    int64_t offset = 0;
    for (int i = random_between(random, 0, 4); i > 0; i--) {
        int near =
            random_between(random, 0, 3) == 0 ? random_between(random, 0, 2) * FAN_COPY_BLOCK : 0;
        int64_t bytes = near + random_between(random, 1, 3);
        offset += random_between(random, 0, 1) * FAN_COPY_BLOCK + random_between(random, -3, 3) + 3;
        fan_copy_manifest_add_extent(manifest, offset, bytes);
        offset += bytes + 1;
    }
}

static fan_copy_manifest random_manifest(random_state *random)
{
    fan_copy_manifest manifest = {0};
    for (int i = random_between(random, 0, 8); i > 0; i--) {
        if (random_between(random, 0, 3) == 0)
            fan_copy_manifest_add(&manifest, FAN_COPY_DIRECTORY, 0, "d",
                                  &(struct stat){.st_mode = S_IFDIR});
        add_file(&manifest, "f");
        add_random_extents(&manifest, random);
    }
    return manifest;
}

/* Where the next byte has to be. */
typedef struct place {
    int64_t entry, extent, done;
} place;

static void go_on(const fan_copy_manifest *manifest, place *at)
{
    while (at->entry < manifest->entry_count &&
           at->extent == manifest->entries[at->entry].extents) {
        at->entry++;
        at->extent = 0;
    }
}

static void expect_piece(const fan_copy_manifest *manifest, place *at, const fan_copy_piece *piece)
{
    go_on(manifest, at);
    ck_assert_int_lt(at->entry, manifest->entry_count);
    const fan_copy_extent *extent =
        &manifest->extents[manifest->entries[at->entry].first_extent + at->extent];
    ck_assert_int_eq(piece->entry, at->entry);
    ck_assert_int_eq(piece->offset, extent->offset + at->done);
    ck_assert_int_gt(piece->bytes, 0);
    ck_assert_int_le(at->done + piece->bytes, extent->bytes);
    ck_assert_int_eq(piece->offset / FAN_COPY_BLOCK,
                     (piece->offset + piece->bytes - 1) / FAN_COPY_BLOCK);
    at->done += piece->bytes;
    if (at->done == extent->bytes) {
        at->extent++;
        at->done = 0;
    }
}

START_TEST(pieces_cover_every_byte_once_and_cross_no_multiple)
{
    random_state random = 1;
    for (int round = 0; round < 2000; round++) {
        fan_copy_manifest manifest = random_manifest(&random);
        fan_copy_cursor cursor = {0};
        fan_copy_piece piece;
        place at = {0};
        int64_t count = 0, of_entries = 0;
        for (; fan_copy_pieces_next(&manifest, &cursor, &piece); count++) {
            ck_assert_int_eq(piece.index, count);
            expect_piece(&manifest, &at, &piece);
        }
        go_on(&manifest, &at);
        ck_assert_int_eq(at.entry, manifest.entry_count);
        ck_assert_int_eq(fan_copy_pieces_count(&manifest), count);
        for (int64_t i = 0; i < manifest.entry_count; i++)
            of_entries += fan_copy_entry_pieces(&manifest, &manifest.entries[i]);
        ck_assert_int_eq(of_entries, count);
        fan_copy_manifest_free(&manifest);
    }
}
END_TEST

static fan_copy_set random_set(random_state *random, int64_t pieces)
{
    fan_copy_set set = fan_copy_set_make(pieces);
    int one_in = random_between(random, 1, 4);
    for (int64_t i = 0; i < pieces; i++)
        if (random_between(random, 1, one_in) == 1)
            fan_copy_set_add(&set, i);
    return set;
}

/* The pieces of a block, taken from its start, are the next ones of the set. */
static void expect_block(const fan_copy_manifest *manifest, const fan_copy_set *set,
                         fan_copy_cursor *next, const fan_copy_block *block)
{
    fan_copy_cursor cursor = block->start;
    fan_copy_piece piece, expected;
    int64_t bytes = 0;
    for (int i = 0; i < block->pieces; i++) {
        ck_assert(fan_copy_pieces_next_of(manifest, set, &cursor, &piece));
        ck_assert(fan_copy_pieces_next_of(manifest, set, next, &expected));
        ck_assert_int_eq(piece.index, expected.index);
        ck_assert_int_eq(piece.entry, expected.entry);
        ck_assert_int_eq(piece.offset, expected.offset);
        ck_assert_int_eq(piece.bytes, expected.bytes);
        ck_assert(set == NULL || fan_copy_set_has(set, piece.index));
        bytes += piece.bytes;
    }
    ck_assert_int_eq(bytes, block->bytes);
    ck_assert_int_le(bytes, FAN_COPY_BLOCK);
    fan_copy_cursor ahead = *next; /* and no block is smaller than it has to be */
    if (fan_copy_pieces_next_of(manifest, set, &ahead, &expected))
        ck_assert_int_gt(bytes + expected.bytes, FAN_COPY_BLOCK);
}

START_TEST(blocks_have_all_pieces_of_the_set_in_order)
{
    random_state random = 2;
    for (int round = 0; round < 4000; round++) {
        fan_copy_manifest manifest = random_manifest(&random);
        fan_copy_set some = random_set(&random, fan_copy_pieces_count(&manifest));
        const fan_copy_set *set = round % 4 == 0 ? NULL : &some;
        fan_copy_cursor cursor = {0}, next = {0};
        fan_copy_block block;
        fan_copy_piece piece;
        while (fan_copy_blocks_next(&manifest, set, &cursor, &block))
            expect_block(&manifest, set, &next, &block);
        ck_assert(!fan_copy_pieces_next_of(&manifest, set, &next, &piece));
        fan_copy_set_free(&some);
        fan_copy_manifest_free(&manifest);
    }
}
END_TEST

START_TEST(standard_input_is_cut_without_an_end)
{
    fan_copy_manifest manifest = {0};
    fan_copy_cursor cursor = {0};
    fan_copy_block block;
    add_file(&manifest, "");
    fan_copy_manifest_add_extent(&manifest, 0, FAN_COPY_ENDLESS);
    for (int64_t i = 0; i < 1000; i++) {
        ck_assert(fan_copy_blocks_next(&manifest, NULL, &cursor, &block));
        ck_assert_int_eq(block.bytes, FAN_COPY_BLOCK);
        ck_assert_int_eq(block.start.offset, i * FAN_COPY_BLOCK);
    }
    fan_copy_manifest_free(&manifest);
}
END_TEST

START_TEST(a_set_has_what_was_added)
{
    for (int64_t count = 0; count < 40; count++)
        for (int64_t added = 0; added < count; added++) {
            fan_copy_set set = fan_copy_set_make(count);
            fan_copy_set_add(&set, added);
            for (int64_t i = 0; i < count; i++)
                ck_assert_int_eq(fan_copy_set_has(&set, i), i == added);
            fan_copy_set_free(&set);
        }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {pieces_cover_every_byte_once_and_cross_no_multiple,
                                  blocks_have_all_pieces_of_the_set_in_order,
                                  standard_input_is_cut_without_an_end, a_set_has_what_was_added};
    return unit_main("pieces", tests, sizeof tests / sizeof tests[0]);
}
