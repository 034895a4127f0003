/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays that grow. */
#include "config.h"

#include "base/array.h"
#include "tests/common/unit_main.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

START_TEST(elements_stay_when_it_grows)
{
    int64_t *array = NULL;
    size_t room = 0, moves = 0;
    for (int64_t i = 0; i < 10000; i++) {
        int64_t *before = array;
        ck_assert(fan_array_reserve(&array, &room, (size_t)i + 1, sizeof *array));
        ck_assert_uint_gt(room, (size_t)i);
        moves += array != before;
        array[i] = i;
    }
    for (int64_t i = 0; i < 10000; i++)
        ck_assert_int_eq(array[i], i);
    ck_assert_uint_le(moves, 15); /* it doubles */
    free(array);
}
END_TEST

START_TEST(it_does_not_shrink)
{
    char *array = NULL;
    size_t room = 0;
    ck_assert(fan_array_reserve(&array, &room, 100, 1));
    char *before = array;
    ck_assert(fan_array_reserve(&array, &room, 3, 1));
    ck_assert_ptr_eq(array, before);
    ck_assert_uint_eq(room, 100);
    free(array);
}
END_TEST

START_TEST(nothing_changes_without_memory)
{
    char *array = NULL;
    size_t room = 0;
    ck_assert(fan_array_reserve(&array, &room, 4, 4));
    char *before = array;
    ck_assert(!fan_array_reserve(&array, &room, SIZE_MAX / 2, 4)); /* the product overflows */
    ck_assert_int_eq(errno, ENOMEM);
    ck_assert_ptr_eq(array, before);
    ck_assert_uint_eq(room, 4);
    free(array);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {elements_stay_when_it_grows, it_does_not_shrink,
                                  nothing_changes_without_memory};
    return unit_main("array", tests, sizeof tests / sizeof tests[0]);
}
