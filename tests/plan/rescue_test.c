/* SPDX-License-Identifier: BSD-3-Clause */
/* After a death: what ranks have, and who sends the others what they lack. */
#include "config.h"

#include "plan/rescue/ranges.h"
#include "plan/rescue/rescue.h"
#include "tests/common/unit_main.h"

#include <stdlib.h>
#include <string.h>

enum { RANKS = 5, BYTES = 60, SEEDS = 500 };

static void add(fan_ranges *set, int64_t offset, int64_t bytes)
{
    ck_assert(fan_ranges_add(set, offset, bytes));
}

START_TEST(ranges_merge)
{
    fan_ranges set = {0};
    add(&set, 10, 5);
    add(&set, 30, 5);
    ck_assert_uint_eq(set.count, 2);
    add(&set, 15, 5); /* touches the first */
    add(&set, 0, 2);
    ck_assert_uint_eq(set.count, 3);
    ck_assert(fan_ranges_have(&set, 10, 10) && !fan_ranges_have(&set, 10, 11));
    ck_assert(!fan_ranges_have(&set, 2, 1) && !fan_ranges_have(&set, 29, 3));
    add(&set, 1, 40); /* covers all */
    ck_assert_uint_eq(set.count, 1);
    ck_assert(fan_ranges_have(&set, 0, 41) && !fan_ranges_have(&set, 41, 1));
    fan_ranges_free(&set);
}
END_TEST

/* Against a map of single bytes. */
static void compare_with_map(unsigned seed)
{
    srand(seed);
    fan_ranges set = {0};
    bool map[BYTES] = {false};
    for (int step = 0; step < 12; step++) {
        int offset = rand() % BYTES, bytes = 1 + rand() % (BYTES - offset);
        bytes = 1 + (bytes - 1) % 9;
        add(&set, offset, bytes);
        memset(&map[offset], true, (size_t)bytes);
        for (int i = 0; i < BYTES; i++)
            ck_assert_int_eq(fan_ranges_have(&set, i, 1), map[i]);
        for (size_t r = 1; r < set.count; r++)
            ck_assert_int_lt(set.ranges[r - 1].to, set.ranges[r].from);
    }
    fan_ranges_free(&set);
}

START_TEST(ranges_are_as_single_bytes)
{
    for (unsigned seed = 0; seed < SEEDS; seed++)
        compare_with_map(seed);
}
END_TEST

START_TEST(root_sends_all)
{
    fan_ranges sets[3] = {{0}};
    fan_rescue rescue;
    add(&sets[0], 10, 20);
    add(&sets[1], 0, BYTES);
    add(&sets[2], 0, 30);
    ck_assert(fan_rescue_make(3, sets, BYTES, &rescue));
    ck_assert_int_eq(rescue.lost, 0);
    ck_assert_int_eq(rescue.holders, 1);
    for (size_t i = 0; i < rescue.count; i++)
        ck_assert_int_eq(rescue.runs[i].holder, 1);
    ck_assert_int_eq(rescue.runs[0].range.from, 0);
    ck_assert_int_eq(rescue.runs[0].range.to, 10); /* [10, 30) is everywhere */
    ck_assert_int_eq(rescue.runs[1].range.from, 30);
    fan_rescue_free(&rescue);
    for (int rank = 0; rank < 3; rank++)
        fan_ranges_free(&sets[rank]);
}
END_TEST

START_TEST(nothing_is_sent_that_all_have)
{
    fan_ranges sets[2] = {{0}};
    fan_rescue rescue;
    add(&sets[0], 0, BYTES);
    add(&sets[1], 0, BYTES);
    ck_assert(fan_rescue_make(2, sets, BYTES, &rescue));
    ck_assert_uint_eq(rescue.count, 0);
    ck_assert_int_eq(rescue.holders, 0);
    fan_rescue_free(&rescue);
    fan_ranges_free(&sets[0]);
    fan_ranges_free(&sets[1]);
}
END_TEST

static bool anybody_has(const fan_ranges *sets, int64_t offset)
{
    bool has = false;
    for (int rank = 0; rank < RANKS; rank++)
        has = has || fan_ranges_have(&sets[rank], offset, 1);
    return has;
}

static bool all_have(const fan_ranges *sets, int64_t offset)
{
    bool have = true;
    for (int rank = 0; rank < RANKS; rank++)
        have = have && fan_ranges_have(&sets[rank], offset, 1);
    return have;
}

static const fan_rescue_run *run_of(const fan_rescue *rescue, int64_t offset)
{
    for (size_t i = 0; i < rescue->count; i++)
        if (rescue->runs[i].range.from <= offset && offset < rescue->runs[i].range.to)
            return &rescue->runs[i];
    return NULL;
}

/* Each byte that somebody lacks is in one run, whose holder has it; or nobody has it. */
static void rescue_at_random(unsigned seed)
{
    srand(seed);
    fan_ranges sets[RANKS] = {{0}};
    fan_rescue rescue;
    int64_t lost = 0;
    for (int rank = 0; rank < RANKS; rank++)
        for (int n = rand() % 6; n > 0; n--) {
            int offset = rand() % BYTES;
            add(&sets[rank], offset, 1 + rand() % (BYTES - offset));
        }
    ck_assert(fan_rescue_make(RANKS, sets, BYTES, &rescue));
    for (int64_t i = 0; i < BYTES; i++) {
        const fan_rescue_run *run = run_of(&rescue, i);
        lost += !anybody_has(sets, i);
        ck_assert_int_eq(run == NULL, all_have(sets, i));
        if (run != NULL && anybody_has(sets, i))
            ck_assert(run->holder >= 0 && fan_ranges_have(&sets[run->holder], i, 1));
        else if (run != NULL)
            ck_assert_int_eq(run->holder, FAN_RESCUE_LOST);
    }
    for (size_t i = 1; i < rescue.count; i++)
        ck_assert_int_le(rescue.runs[i - 1].range.to, rescue.runs[i].range.from);
    ck_assert_int_eq(rescue.lost, lost);
    fan_rescue_free(&rescue);
    for (int rank = 0; rank < RANKS; rank++)
        fan_ranges_free(&sets[rank]);
}

START_TEST(each_byte_comes_from_one_that_has_it)
{
    for (unsigned seed = 0; seed < SEEDS; seed++)
        rescue_at_random(seed);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        ranges_merge,
        ranges_are_as_single_bytes,
        root_sends_all,
        nothing_is_sent_that_all_have,
        each_byte_comes_from_one_that_has_it,
    };
    return unit_main("rescue", tests, sizeof tests / sizeof tests[0]);
}
