/* SPDX-License-Identifier: BSD-3-Clause */
/* Subfiles at given cuts: every byte in one of them, parts whole where there are enough of them. */
#include "config.h"

#include "plan/check/validate.h"
#include "plan/planner.h"
#include "tests/common/unit_main.h"

#include <stdbool.h>

enum { MOST_PARTS = 24 };

/* Of unequal lengths, some empty. */
static fan_parts make_parts(int count, int64_t unit, int64_t at[MOST_PARTS + 1])
{
    at[0] = 0;
    for (int i = 0; i < count; i++)
        at[i + 1] = at[i] + unit * (i * 7 % 5) + i % 3;
    return (fan_parts){.count = count, .at = at};
}

static bool is_a_cut(const fan_parts *parts, int64_t offset)
{
    for (int i = 0; i <= parts->count; i++)
        if (parts->at[i] == offset)
            return true;
    return false;
}

static int part_of(const fan_parts *parts, int64_t offset)
{
    int part = 0;
    while (parts->at[part + 1] <= offset)
        part++;
    return part;
}

START_TEST(subfiles_are_parts_or_pieces_of_one)
{
    int64_t at[MOST_PARTS + 1];
    for (int count = 1; count <= MOST_PARTS; count++)
        for (int k = 1; k <= 3 * MOST_PARTS; k++) {
            fan_parts parts = make_parts(count, 10, at);
            int64_t end = 0;
            int cuts = 0;
            for (int s = 0; s < k; s++) {
                int64_t begin = fan_parts_cut(&parts, k, s);
                ck_assert_int_eq(begin, end);
                end = fan_parts_cut(&parts, k, s + 1);
                ck_assert_int_ge(end, begin);
                ck_assert(k > count || is_a_cut(&parts, end));
                cuts +=
                    k > count && end > begin && part_of(&parts, begin) != part_of(&parts, end - 1);
            }
            ck_assert_int_eq(end, at[count]);
            ck_assert_int_eq(cuts, 0); /* no subfile has bytes of two parts */
        }
}
END_TEST

/* Every byte is in one chunk, in the subfile whose it is, and chunks of a subfile follow. */
static void expect_good_chunks(const fan_layout *l, const fan_parts *parts)
{
    int64_t sum = 0, chunks = fan_layout_chunks(l);
    for (int s = 0; s < l->subfiles; s++) {
        int64_t end = fan_parts_cut(parts, l->subfiles, s);
        for (int64_t g = s; g < chunks; g += l->subfiles) {
            ck_assert_int_eq(fan_layout_offset(l, g), end);
            ck_assert_int_le(fan_layout_length(l, g), fan_layout_chunk_bytes(l));
            end += fan_layout_length(l, g);
        }
        ck_assert_int_eq(end, fan_parts_cut(parts, l->subfiles, s + 1));
        ck_assert_int_eq(fan_layout_subfile_bytes(l, s),
                         end - fan_parts_cut(parts, l->subfiles, s));
        sum += fan_layout_subfile_bytes(l, s);
    }
    ck_assert_int_eq(sum, l->bytes);
}

START_TEST(chunks_cover_unequal_subfiles)
{
    int64_t at[MOST_PARTS + 1];
    for (int count = 1; count <= MOST_PARTS; count++)
        for (int k = 1; k <= 12; k++)
            for (int ramp = 1; ramp <= 4; ramp++) {
                fan_parts parts = make_parts(count, 100, at);
                fan_layout l = fan_layout_make(at[count], 64, k, ramp);
                fan_layout_cut(&l, &parts);
                expect_good_chunks(&l, &parts);
            }
}
END_TEST

static fan_plan choose(int nodes, int descriptors, int group_size)
{
    static int64_t at[MOST_PARTS + 1];
    for (int i = 0; i < descriptors; i++)
        at[i + 1] = at[i] + 1000000 + i;
    static fan_parts parts;
    parts = (fan_parts){.count = descriptors, .at = at};
    fan_params params = fan_params_default();
    params.group_size = group_size;
    fan_plan_request request = {
        .bytes = at[descriptors], .nodes = nodes, .bounded = true, .parts = &parts};
    return fan_plan_choose(&request, &params);
}

START_TEST(planner_gives_each_member_its_own)
{
    static const struct {
        int nodes, descriptors, group_size, expected;
    } cases[] = {
        {9, 8, 0, 8},  {17, 8, 0, 8}, {5, 8, 0, 4},  {8, 8, 0, 4},  {4, 8, 0, 3},
        {9, 12, 0, 6}, {2, 8, 0, 1},  {6, 7, 0, 4},  {9, 8, 3, 3},  {9, 2, 8, 8},
        {33, 1, 2, 2}, {3, 4, 0, 2},  {10, 9, 0, 9}, {3, 24, 0, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fan_plan plan = choose(cases[i].nodes, cases[i].descriptors, cases[i].group_size);
        ck_assert_int_eq(plan.algorithm, FAN_GROUP);
        ck_assert_msg(plan.layout.subfiles == cases[i].expected,
                      "%d nodes, %d descriptors, group size %d: %d subfiles, not %d",
                      cases[i].nodes, cases[i].descriptors, cases[i].group_size,
                      plan.layout.subfiles, cases[i].expected);
        ck_assert_msg(fan_check_plan(&plan) == FAN_OK, "%s", fan_fail_text());
        expect_good_chunks(&plan.layout, plan.layout.parts);
    }
}
END_TEST

/* With members to spare each descriptor is a member's, and the rest are further groups. */
START_TEST(planner_cuts_no_descriptor_by_itself)
{
    for (int nodes = 3; nodes < 40; nodes++)
        for (int descriptors = 2; descriptors < nodes && descriptors < MOST_PARTS; descriptors++)
            ck_assert_int_eq(choose(nodes, descriptors, 0).layout.subfiles, descriptors);
    ck_assert_int_gt(choose(9, 1, 0).layout.subfiles, 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        subfiles_are_parts_or_pieces_of_one,
        chunks_cover_unequal_subfiles,
        planner_gives_each_member_its_own,
        planner_cuts_no_descriptor_by_itself,
    };
    return unit_main("parts", tests, sizeof tests / sizeof tests[0]);
}
