/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of last resort: where malloc has none, there are 4 MiB, which can be used again. */
#include "config.h"

#include "base/spare/spare.h"
#include "tests/common/unit_main.h"
#include "tests/lib/memory/starve.h"

#include <stdint.h>
#include <string.h>

/* Only these calls find that malloc has none: libcheck needs its own memory. */

static void starve(void)
{
    starve_begin((starve_rule){.first = 1});
}

static void *take(size_t bytes)
{
    starve();
    void *memory = fan_spare_malloc(bytes);
    starve_end();
    return memory;
}

static void *take_zeros(size_t count, size_t size)
{
    starve();
    void *memory = fan_spare_calloc(count, size);
    starve_end();
    return memory;
}

static bool grow(int **array, size_t *room, size_t needed)
{
    starve();
    bool good = fan_spare_reserve(array, room, needed, sizeof **array);
    starve_end();
    return good;
}

START_TEST(blocks_do_not_overlap)
{
    enum { BLOCKS = 100 };
    unsigned char *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = take((size_t)(100 * i + 1));
        ck_assert_ptr_nonnull(blocks[i]);
        memset(blocks[i], i, (size_t)(100 * i + 1));
    }
    for (int i = 0; i < BLOCKS; i += 2)
        fan_spare_free(blocks[i]);
    unsigned char *zeros = take_zeros(100, 90);
    ck_assert_ptr_nonnull(zeros);
    for (int i = 0; i < 9000; i++)
        ck_assert_int_eq(zeros[i], 0);
    for (int i = 1; i < BLOCKS; i += 2) {
        ck_assert_int_eq(blocks[i][0], i);
        ck_assert_int_eq(blocks[i][100 * i], i);
        fan_spare_free(blocks[i]);
    }
    fan_spare_free(zeros);
}
END_TEST

START_TEST(it_ends_and_comes_back)
{
    for (int i = 0; i < 3; i++) {
        void *all = take(FAN_SPARE_BYTES);
        ck_assert_ptr_nonnull(all);
        ck_assert_ptr_null(take(1));
        ck_assert_ptr_null(take_zeros(1, 1));
        fan_spare_free(all);
    }
    ck_assert_ptr_null(take((size_t)FAN_SPARE_BYTES + 1));
    ck_assert_ptr_null(take_zeros(SIZE_MAX / 2, 3));
    fan_spare_free(NULL);
}
END_TEST

/* Also from malloc's memory into the spare one. */
START_TEST(an_array_grows)
{
    int *array = NULL;
    size_t room = 0;
    ck_assert(fan_spare_reserve(&array, &room, 1, sizeof *array));
    array[0] = 0;
    for (int i = 1; i < 5000; i++) {
        ck_assert(grow(&array, &room, (size_t)i + 1));
        array[i] = i;
    }
    array = fan_spare_shrink(array, 5000 * sizeof *array);
    for (int i = 0; i < 5000; i++)
        ck_assert_int_eq(array[i], i);
    fan_spare_free(array);
    void *all = take(FAN_SPARE_BYTES);
    ck_assert_ptr_nonnull(all);
    fan_spare_free(all);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {blocks_do_not_overlap, it_ends_and_comes_back, an_array_grows};
    return unit_main("spare", tests, sizeof tests / sizeof tests[0]);
}
