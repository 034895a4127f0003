/* SPDX-License-Identifier: BSD-3-Clause */
/* Clocks, what is recorded, and intervals of time. */
#include "config.h"

#include "engine/trace.h"
#include "plan/schedule/layout.h"
#include "tests/common/unit_main.h"
#include "trace/judge/intervals.h"
#include "trace/record/clock_offset.h"

#include <math.h>

START_TEST(clocks_keep_the_shortest_round_trip)
{
    fan_clock_offset best = {.error = INFINITY};
    fan_clock_improve(&best, 10, 110, 14);
    ck_assert_double_eq_tol(best.offset, 98, 1e-12);
    ck_assert_double_eq_tol(best.error, 2, 1e-12);
    fan_clock_improve(&best, 20, 120.5, 21);
    ck_assert_double_eq_tol(best.offset, 100, 1e-12);
    fan_clock_improve(&best, 30, 500, 38);
    ck_assert_double_eq_tol(best.offset, 100, 1e-12);
    ck_assert_double_eq_tol(best.time, 20.5, 1e-12);
}
END_TEST

START_TEST(clocks_drift_evenly)
{
    const fan_clock_offset first = {.time = 10, .offset = 5}, last = {.time = 20, .offset = 7};
    ck_assert_double_eq_tol(fan_clock_convert(&first, &last, 10), 15, 1e-12);
    ck_assert_double_eq_tol(fan_clock_convert(&first, &last, 15), 21, 1e-12);
    ck_assert_double_eq_tol(fan_clock_convert(&first, &last, 20), 27, 1e-12);
    ck_assert_double_eq_tol(fan_clock_convert(&first, &first, 100), 105, 1e-12);
}
END_TEST

START_TEST(recording_is_bounded)
{
    enum { FITS = 100 };
    fan_trace trace = {.limit = FITS * (int64_t)sizeof(fan_transfer) +
                                (int64_t)sizeof(fan_record_broadcast),
                       .rank = 3};
    for (int i = 0; i < 3 * FITS; i++)
        fan_trace_end(&trace, fan_trace_begin(&trace, (fan_transfer){.kind = FAN_TRANSFER_SEND}),
                      i);
    ck_assert_int_le((int)(trace.room * sizeof(fan_transfer)), (int)trace.limit);
    ck_assert_int_ge((int)trace.count, FITS * 3 / 4);
    ck_assert_int_eq((int)trace.count + (int)trace.lost, 3 * FITS);
    for (size_t i = 0; i < trace.count; i++)
        ck_assert(trace.transfers[i].bytes == (int64_t)i && trace.transfers[i].rank == 3);
    fan_trace other = {.limit = trace.limit};
    size_t room = trace.room;
    fan_trace_begin(&other, (fan_transfer){0});
    ck_assert_int_le((int)((room + other.room) * sizeof(fan_transfer)), (int)trace.limit);
    fan_trace_clear(&other);
    fan_trace_clear(&trace);
    ck_assert_uint_ne(fan_trace_begin(&trace, (fan_transfer){0}), FAN_NO_TRANSFER);
    fan_trace_clear(&trace);
}
END_TEST

START_TEST(recording_numbers_broadcasts)
{
    fan_trace trace = {0};
    for (int i = 0; i < 2; i++) {
        fan_trace_broadcast(&trace, i, FAN_UNKNOWN_LENGTH);
        fan_trace_describe(&trace, &(fan_record_broadcast){.subfiles = 4, .number = 77});
        fan_trace_begin(&trace, (fan_transfer){.kind = FAN_TRANSFER_SEND});
        fan_trace_length(&trace, 100 + i);
        fan_trace_complete(&trace);
    }
    ck_assert_uint_eq(trace.broadcast_count, 2);
    ck_assert(trace.broadcasts[1].number == 1 && trace.broadcasts[1].root == 1 &&
              trace.broadcasts[1].bytes == 101 && trace.broadcasts[1].subfiles == 4);
    ck_assert(trace.transfers[3].broadcast == 1 && isnan(trace.transfers[3].end));
    ck_assert(trace.transfers[2].kind == FAN_TRANSFER_WHOLE &&
              trace.transfers[2].end >= trace.transfers[2].begin);
    fan_trace_clear(&trace);
}
END_TEST

START_TEST(intervals_unite_and_meet)
{
    fan_judge_interval a[] = {{5, 6}, {1, 3}, {2, 4}, {4, 4.5}},
                       b[] = {{0, 2}, {4.25, 5.5}, {7, 9}};
    size_t a_count = fan_judge_intervals_unite(a, 4), b_count = fan_judge_intervals_unite(b, 3);
    ck_assert_uint_eq(a_count, 2);
    ck_assert_uint_eq(b_count, 3);
    ck_assert_double_eq_tol(fan_judge_intervals_length(a, a_count), 4.5, 1e-12);
    ck_assert_double_eq_tol(fan_judge_intervals_common(a, a_count, b, b_count), 1 + 0.25 + 0.5,
                            1e-12);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        clocks_keep_the_shortest_round_trip, clocks_drift_evenly,      recording_is_bounded,
        recording_numbers_broadcasts,        intervals_unite_and_meet,
    };
    return unit_main("record", tests, (int)(sizeof tests / sizeof tests[0]));
}
