/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies go the way that is faster here, and are right in both. */
#include "config.h"

#include "engine/ring/copying.h"
#include "tests/common/unit_main.h"

#include <string.h>

enum { BYTES = 1000 };

/* So many copies, which take so long in each way. Returns how many were streamed. */
static int run(fan_copying *c, double cached, double streamed, int copies)
{
    int count = 0;
    for (int i = 0; i < copies; i++) {
        bool is_timed;
        fan_copying_way way = fan_copying_next(c, &is_timed);
        count += way == FAN_COPYING_STREAMED;
        if (is_timed)
            fan_copying_note(c, way, way == FAN_COPYING_STREAMED ? streamed : cached, BYTES);
    }
    return count;
}

START_TEST(the_faster_way_is_taken)
{
    fan_copying cached = {0}, streamed = {0};
    ck_assert_int_eq(run(&cached, 1, 2, 8), 4);
    ck_assert_int_le(run(&cached, 1, 2, 640), 10);
    run(&streamed, 2, 1, 8);
    ck_assert_int_ge(run(&streamed, 2, 1, 640), 630);
}
END_TEST

START_TEST(few_are_timed)
{
    fan_copying c = {0};
    int timed = 0;
    run(&c, 1, 2, 8);
    for (int i = 0; i < 640; i++) {
        bool is_timed;
        fan_copying_next(&c, &is_timed);
        timed += is_timed;
    }
    ck_assert_int_eq(timed, 40);
}
END_TEST

START_TEST(a_little_faster_is_not_worth_it)
{
    fan_copying c = {0};
    run(&c, 1, 0.95, 8);
    ck_assert_int_le(run(&c, 1, 0.95, 640), 10);
}
END_TEST

START_TEST(the_first_ones_may_be_slow)
{
    fan_copying c = {0};
    run(&c, 50, 50, 4); /* pages that are new */
    run(&c, 2, 1, 4);
    ck_assert_int_ge(run(&c, 2, 1, 640), 630);
}
END_TEST

START_TEST(one_that_is_disturbed_changes_nothing)
{
    fan_copying c = {0};
    run(&c, 1, 2, 100);
    fan_copying_note(&c, FAN_COPYING_CACHED, 1000, BYTES);
    ck_assert_int_le(run(&c, 1, 2, 640), 10);
}
END_TEST

START_TEST(a_change_is_found)
{
    fan_copying c = {0};
    run(&c, 1, 2, 1000);
    run(&c, 4, 2, 2000);
    ck_assert_int_ge(run(&c, 4, 2, 640), 630);
    run(&c, 1, 2, 10000);
    ck_assert_int_le(run(&c, 1, 2, 640), 10);
}
END_TEST

START_TEST(both_copy_all_bytes)
{
    enum { MOST = 300, AROUND = 70 };
    static char from[MOST + 2 * AROUND], to[MOST + 2 * AROUND];
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (char)(i * 7 + 1);
    for (int bytes = 0; bytes <= MOST; bytes++)
        for (int at = 0; at < AROUND; at += 3) {
            fan_copying c = {.copies = (uint32_t)at % 2}; /* the way of the first one */
            memset(to, 0, sizeof to);
            fan_copying_do(&c, to + at, from + AROUND - at, bytes);
            ck_assert(memcmp(to + at, from + AROUND - at, (size_t)bytes) == 0);
            ck_assert(at == 0 || to[at - 1] == 0);
            ck_assert(to[at + bytes] == 0);
        }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_faster_way_is_taken,
                                  few_are_timed,
                                  a_little_faster_is_not_worth_it,
                                  the_first_ones_may_be_slow,
                                  one_that_is_disturbed_changes_nothing,
                                  a_change_is_found,
                                  both_copy_all_bytes};
    return unit_main("copying", tests, sizeof tests / sizeof tests[0]);
}
