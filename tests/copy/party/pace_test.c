/* SPDX-License-Identifier: BSD-3-Clause */
/* Who of those among whom a stream goes is slow. */
#include "config.h"

#include "copy/party/pace.h"
#include "tests/common/unit_main.h"

#include <math.h>

enum { SIZE = 5 };

/* How many are found where all but the last take 100 bytes per second; `slow` receives who. */
static int find(double last, double now, double left, bool slow[SIZE])
{
    const double rates[SIZE] = {100, 100, 100, 100, last};
    const fan_copy_pace pace = {.rates = rates, .size = SIZE, .now = now, .left = left};
    return fan_copy_pace_find(&pace, slow);
}

START_TEST(one_is_slow)
{
    bool slow[SIZE];
    ck_assert_int_eq(find(10, 10, 1000, slow), 1);
    for (int i = 0; i < SIZE; i++)
        ck_assert_int_eq(slow[i], i == SIZE - 1);
    /* Before the first byte nobody knows how fast it goes. */
    ck_assert_int_eq(find(10, INFINITY, 1000, slow), 1);
}
END_TEST

START_TEST(nobody_is)
{
    bool slow[SIZE];
    ck_assert_int_eq(find(51, 51, 1e6, slow), 0);         /* not clearly */
    ck_assert_int_eq(find(10, 5, 1000, slow), 0);         /* it is not what they wait for */
    ck_assert_int_eq(find(10, 10, 20, slow), 0);          /* they would end 1.8 s earlier */
    ck_assert_int_eq(find(10, 10, 23, slow), 1);          /* 2.07 s */
    ck_assert_int_eq(find(INFINITY, 100, 1000, slow), 0); /* its rate is not known */
    ck_assert_int_eq(find(100, INFINITY, 1000, slow), 0);
}
END_TEST

START_TEST(never_the_source)
{
    bool slow[3];
    const double rates[] = {1, 100, 100};
    const fan_copy_pace pace = {.rates = rates, .size = 3, .now = 1, .left = 1000};
    ck_assert_int_eq(fan_copy_pace_find(&pace, slow), 0);
}
END_TEST

/* What is usual is then what they take. */
START_TEST(never_most)
{
    bool slow[SIZE];
    const double rates[] = {100, 10, 100, 10, 10};
    const fan_copy_pace pace = {.rates = rates, .size = SIZE, .now = 10, .left = 1e6};
    ck_assert_int_eq(fan_copy_pace_find(&pace, slow), 0);
    ck_assert(fan_copy_pace_usual(&pace) == 10);
}
END_TEST

START_TEST(two_of_five)
{
    bool slow[SIZE];
    const double rates[] = {100, 10, INFINITY, 100, 12};
    const fan_copy_pace pace = {.rates = rates, .size = SIZE, .now = 10, .left = 1e6};
    ck_assert_int_eq(fan_copy_pace_find(&pace, slow), 2);
    ck_assert(slow[1] && slow[4]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {one_is_slow, nobody_is, never_the_source, never_most,
                                  two_of_five};
    return unit_main("pace", tests, sizeof tests / sizeof tests[0]);
}
