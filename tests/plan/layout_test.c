/* SPDX-License-Identifier: BSD-3-Clause */
/* How bytes are divided into subfiles and chunks. */
#include "config.h"

#include "plan/schedule/layout.h"
#include "tests/common/unit_main.h"

#include <stdbool.h>

static const int64_t kib = 1024, mib = 1024 * 1024;

/* All subfiles; for few chunks also each chunk. */
static void expect_good_layout(int64_t bytes, int64_t chunk, int subfiles, int ramp)
{
    fan_layout l = fan_layout_make(bytes, chunk, subfiles, ramp);
    int64_t largest = fan_layout_chunk_bytes(&l);
    int64_t sum = 0, least = INT64_MAX, most = 0;
    for (int subfile = 0; subfile < subfiles; subfile++) {
        int64_t own = fan_layout_subfile_bytes(&l, subfile);
        sum += own;
        least = own < least ? own : least;
        most = own > most ? own : most;
    }
    int64_t chunks = fan_layout_chunks(&l);
    bool covers =
        chunks == 0
            ? bytes == 0
            : fan_layout_length(&l, chunks - 1) >= 1 &&
                  fan_layout_offset(&l, chunks - 1) + fan_layout_length(&l, chunks - 1) == bytes;
    bool filled = least > 0 || (double)bytes <= (subfiles - 1.0) * (subfiles - 1.0);
    bool empty = least == 0 || bytes >= subfiles;
    if (sum != bytes || most - least > largest || largest >= chunk + 64 * ramp || !covers ||
        !filled || !empty)
        ck_abort_msg("%lld bytes, chunk %lld, %d subfiles, ramp %d: sum %lld, least %lld, most "
                     "%lld, %lld x %lld",
                     (long long)bytes, (long long)chunk, subfiles, ramp, (long long)sum,
                     (long long)least, (long long)most, (long long)largest, (long long)chunks);
}

START_TEST(layout_divides_evenly)
{
    for (int64_t power = 1; power <= (int64_t)1 << 40; power *= 2)
        for (int64_t bytes = power - 1; bytes <= power + 1; bytes++)
            for (int64_t chunk = 1; chunk <= mib; chunk *= 8)
                for (int subfiles = 1; subfiles <= 1000; subfiles = 2 * subfiles + 1)
                    for (int ramp = 1; ramp <= 16; ramp *= 4)
                        expect_good_layout(bytes, chunk, subfiles, ramp);
}
END_TEST

START_TEST(few_bytes_give_empty_subfiles)
{
    fan_layout l = fan_layout_make(3, 64 * kib, 5, 1);
    for (int subfile = 0; subfile < 5; subfile++)
        ck_assert_int_eq(fan_layout_subfile_bytes(&l, subfile), subfile < 3);
    l = fan_layout_make(0, 64 * kib, 5, 1);
    ck_assert_int_eq(fan_layout_chunks(&l), 0);
    ck_assert_int_eq(fan_layout_subfile_bytes(&l, 0), 0);
}
END_TEST

START_TEST(chunks_follow_one_another)
{
    for (int ramp = 1; ramp <= 40; ramp++) {
        fan_layout l = fan_layout_make(100001, 4096, 7, ramp);
        int64_t end = 0;
        for (int64_t g = 0; g < fan_layout_chunks(&l); g++) {
            ck_assert_int_eq(fan_layout_offset(&l, g), end);
            ck_assert_int_gt(fan_layout_length(&l, g), 0);
            end += fan_layout_length(&l, g);
        }
        ck_assert_int_eq(end, 100001);
    }
}
END_TEST

START_TEST(chunks_grow_in_equal_steps)
{
    fan_layout l = fan_layout_make(100 * 4096, 4096, 3, 4);
    ck_assert_int_le(fan_layout_chunk_bytes(&l), 4096);
    for (int64_t g = 0; g < fan_layout_chunks(&l) - 1; g++) {
        int64_t step = g / 3 < 3 ? g / 3 + 1 : 4;
        ck_assert_int_eq(fan_layout_length(&l, g), step * fan_layout_chunk_bytes(&l) / 4);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        layout_divides_evenly,
        few_bytes_give_empty_subfiles,
        chunks_follow_one_another,
        chunks_grow_in_equal_steps,
    };
    return unit_main("layout", tests, sizeof tests / sizeof tests[0]);
}
