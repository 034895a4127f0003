/* SPDX-License-Identifier: BSD-3-Clause */
/* Who sends what when nobody has the source: all that is lacking, once, in the manifest's order. */
#include "config.h"

#include "copy/orphans/holders.h"
#include "tests/common/random.h"
#include "tests/common/unit_main.h"

#include <stdlib.h>

enum { FILES = 40, HOLDERS = 5, ROUNDS = 300 };

static void add_file(fan_copy_manifest *manifest, int64_t pieces)
{
    struct stat status = {.st_size = pieces * FAN_COPY_BLOCK};
    fan_copy_manifest_add(manifest, FAN_COPY_REGULAR, 0, "", &status);
    if (pieces > 0)
        fan_copy_manifest_add_extent(manifest, 0, status.st_size);
}

static fan_copy_manifest files(const int *pieces, int count)
{
    fan_copy_manifest manifest = {0};
    for (int i = 0; i < count; i++)
        add_file(&manifest, pieces[i]);
    return manifest;
}

static fan_copy_set all_of(const fan_copy_manifest *manifest)
{
    fan_copy_set set = fan_copy_set_make(fan_copy_pieces_count(manifest));
    for (int64_t i = 0; i < set.count; i++)
        fan_copy_set_add(&set, i);
    return set;
}

static void compare(const fan_copy_holders_turn *found, int64_t count,
                    const fan_copy_holders_turn *expected, int64_t expected_count)
{
    ck_assert_int_eq(count, expected_count);
    for (int64_t i = 0; i < count; i++) {
        ck_assert_int_eq(found[i].holder, expected[i].holder);
        ck_assert_int_eq(found[i].first, expected[i].first);
        ck_assert_int_eq(found[i].end, expected[i].end);
    }
}

START_TEST(one_rank_has_all)
{
    const int pieces[] = {2, 0, 1, 3}, holders[] = {4, 4, 4, 4, 4, 4};
    fan_copy_manifest manifest = files(pieces, 4);
    fan_copy_set lacking = all_of(&manifest);
    int64_t count;
    fan_copy_holders_turn *turns = fan_copy_holders_turns(&manifest, &lacking, holders, &count);
    compare(turns, count, (fan_copy_holders_turn[]){{4, 0, 4}}, 1);
    free(turns);
    fan_copy_set_free(&lacking);
    fan_copy_manifest_free(&manifest);
}
END_TEST

START_TEST(holders_of_a_file_follow_each_other)
{
    const int pieces[] = {1, 4, 1, 1}, holders[] = {0, 0, 1, 0, 1, 1, 0};
    fan_copy_manifest manifest = files(pieces, 4);
    fan_copy_set lacking = all_of(&manifest);
    int64_t count;
    fan_copy_holders_turn *turns = fan_copy_holders_turns(&manifest, &lacking, holders, &count);
    compare(turns, count, (fan_copy_holders_turn[]){{0, 0, 1}, {0, 1, 2}, {1, 1, 3}, {0, 3, 4}}, 4);
    free(turns);
    fan_copy_set_free(&lacking);
    fan_copy_manifest_free(&manifest);
}
END_TEST

START_TEST(nothing_is_lacking)
{
    const int pieces[] = {3}, holders[] = {0, 1, 0};
    fan_copy_manifest manifest = files(pieces, 1);
    fan_copy_set lacking = fan_copy_set_make(3);
    int64_t count;
    free(fan_copy_holders_turns(&manifest, &lacking, holders, &count));
    ck_assert_int_eq(count, 0);
    fan_copy_set_free(&lacking);
    fan_copy_manifest_free(&manifest);
}
END_TEST

START_TEST(what_is_missing)
{
    const int none = FAN_COPY_HOLDERS_NONE, pieces[] = {2, 2}, holders[] = {0, none, none, none};
    fan_copy_manifest manifest = files(pieces, 2);
    fan_copy_set lacking = all_of(&manifest);
    lacking.bits[0] = 0x7; /* all but the last */
    ck_assert_int_eq(fan_copy_holders_missing(&manifest, &lacking, holders), 2 * FAN_COPY_BLOCK);
    fan_copy_set_free(&lacking);
    fan_copy_manifest_free(&manifest);
}
END_TEST

/* Each lacking piece comes once, from who has it, and no file after a later one. */
static void check_turns(const fan_copy_manifest *manifest, const fan_copy_set *lacking,
                        const int *holders)
{
    int64_t count, last = 0;
    fan_copy_piece piece;
    fan_copy_set sent = fan_copy_set_make(lacking->count);
    fan_copy_holders_turn *turns = fan_copy_holders_turns(manifest, lacking, holders, &count);
    for (int64_t i = 0; i < count; i++) {
        fan_copy_cursor cursor = {0};
        fan_copy_set own = fan_copy_holders_pieces(manifest, lacking, holders, &turns[i]);
        while (fan_copy_pieces_next_of(manifest, &own, &cursor, &piece)) {
            ck_assert_int_eq(holders[piece.index], turns[i].holder);
            ck_assert(!fan_copy_set_has(&sent, piece.index));
            ck_assert_int_ge(piece.entry, last);
            last = piece.entry;
            fan_copy_set_add(&sent, piece.index);
        }
        fan_copy_set_free(&own);
    }
    ck_assert_mem_eq(sent.bits, lacking->bits, fan_copy_set_bytes(lacking->count));
    free(turns);
    fan_copy_set_free(&sent);
}

START_TEST(whatever_they_have)
{
    random_state random = 1;
    for (int round = 0; round < ROUNDS; round++) {
        int pieces[FILES], now = 0;
        for (int i = 0; i < FILES; i++)
            pieces[i] = random_between(&random, 0, 4);
        fan_copy_manifest manifest = files(pieces, FILES);
        fan_copy_set lacking = fan_copy_set_make(fan_copy_pieces_count(&manifest));
        int *holders = calloc((size_t)lacking.count + 1, sizeof *holders);
        for (int64_t i = 0; i < lacking.count; i++) {
            if (random_one_in(&random, 3))
                now = random_between(&random, 0, HOLDERS);
            holders[i] = now;
            if (!random_one_in(&random, 4))
                fan_copy_set_add(&lacking, i);
        }
        check_turns(&manifest, &lacking, holders);
        free(holders);
        fan_copy_set_free(&lacking);
        fan_copy_manifest_free(&manifest);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {one_rank_has_all, holders_of_a_file_follow_each_other,
                                  nothing_is_lacking, what_is_missing, whatever_they_have};
    return unit_main("holders", tests, sizeof tests / sizeof tests[0]);
}
