/* SPDX-License-Identifier: BSD-3-Clause */
/* What is fitted to samples: bandwidth, gap, connections, crossover. */
#include "config.h"

#include "tests/common/unit_main.h"
#include "tests/tools/tune_samples.h"
#include "tools/tune/model/crossover.h"
#include "tools/tune/model/fit.h"
#include "tools/tune/model/knee.h"
#include "tools/tune/model/model.h"

/* ---- samples ---- */

START_TEST(samples_are_kept_by_x)
{
    fan_tune_curve curve = {0};
    fan_tune_curve_add(&curve, 1, 5);
    fan_tune_curve_add(&curve, 2, 7);
    fan_tune_curve_add(&curve, 1, 3);
    fan_tune_curve_add(&curve, 1, 10);
    ck_assert_int_eq(curve.count, 2);
    fan_summary s = fan_tune_curve_summary(&curve, 0);
    ck_assert(s.median == 5 && s.minimum == 3 && s.maximum == 10);
    ck_assert(curve.points[0].samples[0] == 5); /* in the order in which they were measured */
    fan_tune_curve_add(&curve, 2, 8);
    ck_assert(fan_tune_curve_median(&curve, 1) == 7.5);
}
END_TEST

START_TEST(samples_that_do_not_fit_are_left_out)
{
    fan_tune_curve curve = {0};
    for (int i = 0; i < 2 * FAN_TUNE_SAMPLES; i++)
        fan_tune_curve_add(&curve, 1, i);
    for (int i = 0; i < 2 * FAN_TUNE_POINTS; i++)
        fan_tune_curve_add(&curve, 1 + i, 0);
    ck_assert_int_eq(curve.points[0].count, FAN_TUNE_SAMPLES);
    ck_assert(fan_tune_curve_summary(&curve, 0).maximum == FAN_TUNE_SAMPLES - 1);
    ck_assert_int_eq(curve.count, FAN_TUNE_POINTS);
}
END_TEST

/* ---- the fit ---- */

START_TEST(bandwidth_is_not_fooled_by_a_burst)
{
    fan_tune_curve curve = {0};
    add_transfers(&curve, MIB, 24e6, 64 * KIB, 50e-6);
    double size_over_time = MIB / fan_tune_curve_median(&curve, curve.count - 1);
    ck_assert(size_over_time > 24.7e6); /* what the fit is good for */
    fan_tune_line line = fan_tune_fit(&curve, curve.count - 1);
    expect_near(1 / line.slope, 24e6, 0.02);
    expect_near(line.start + line.slope * MIB, fan_tune_curve_median(&curve, curve.count - 1),
                0.02);
}
END_TEST

START_TEST(bandwidth_survives_disturbed_samples)
{
    fan_tune_curve curve = {0};
    add_transfers(&curve, 64 * MIB, 12.5e9, 0, 20e-6);
    curve.points[curve.count - 1].samples[1] *= 10; /* somebody else had the core */
    curve.points[curve.count - 2].samples[3] *= 7;
    expect_near(1 / fan_tune_fit(&curve, curve.count - 1).slope, 12.5e9, 0.05);
}
END_TEST

START_TEST(times_that_do_not_grow_give_a_bandwidth_nevertheless)
{
    fan_tune_curve curve = {0};
    fan_tune_curve_add(&curve, KIB, 2e-3);
    fan_tune_curve_add(&curve, 2 * KIB, 1e-3);
    expect_near(fan_tune_fit(&curve, 1).slope, 1e-3 / (2 * KIB), 1e-9);
    expect_near(fan_tune_fit(&curve, 0).slope, 2e-3 / KIB, 1e-9);
}
END_TEST

START_TEST(straightness_needs_three_sizes_and_equal_slopes)
{
    fan_tune_curve curve = {0};
    fan_tune_curve_add(&curve, 1 * MIB, 1);
    fan_tune_curve_add(&curve, 2 * MIB, 2);
    ck_assert(!fan_tune_is_straight(&curve, 0.02));
    fan_tune_curve_add(&curve, 4 * MIB, 4.03);
    ck_assert(fan_tune_is_straight(&curve, 0.02));
    fan_tune_curve_add(&curve, 8 * MIB, 8.3);
    ck_assert(!fan_tune_is_straight(&curve, 0.02));
}
END_TEST

/* ---- the gap ---- */

START_TEST(a_line_through_all_is_found_again)
{
    fan_tune_curve curve = chunks_of(8e-6, 0);
    fan_tune_line line = fan_tune_fit_all(&curve);
    expect_near(line.start, 8e-6, 1e-9);
    expect_near(1 / line.slope, 24e6, 1e-9);
}
END_TEST

START_TEST(the_gap_is_found_in_noise)
{
    fan_tune_curve exact = chunks_of(8e-6, 0);
    ck_assert(fan_tune_gap(&exact, 24e6) == 8e-6);
    for (int i = 0; i < 100; i++) {
        fan_tune_curve curve = chunks_of(8e-6, 0.005);
        expect_near(fan_tune_gap(&curve, 24e6), 8e-6, 0.4);
    }
}
END_TEST

START_TEST(the_gap_survives_disturbed_samples)
{
    fan_tune_curve curve = chunks_of(8e-6, 0.005);
    for (int i = 0; i < curve.count; i++)
        curve.points[i].samples[i] *= 10; /* somebody else had the core */
    expect_near(fan_tune_gap(&curve, 24e6), 8e-6, 0.4);
}
END_TEST

/* Large chunks that take longer by the byte than small ones have no gap that the model knows. */
START_TEST(the_gap_is_never_negative)
{
    fan_tune_curve curve = chunks_of(-2e-6, 0);
    ck_assert(fan_tune_fit_all(&curve).start < 0);
    ck_assert(fan_tune_gap(&curve, 24e6) == 0);
}
END_TEST

/* Once each, in twice the time of their bytes: it is latency that was measured. */
START_TEST(idle_links_do_not_tell_the_gap)
{
    fan_tune_curve curve = {0};
    for (double bytes = 4 * KIB; bytes <= 16 * KIB; bytes *= 2)
        fan_tune_curve_add(&curve, bytes, 900e-6 + 2 * bytes / 24e6);
    expect_near(fan_tune_gap(&curve, 24e6), 300 / 24e6, 0.001);
    expect_near(fan_tune_gap(&curve, 2e6), 900e-6, 0.001);
    for (int round = 0; round < 2; round++)
        for (double bytes = 4 * KIB; bytes <= 16 * KIB; bytes *= 2)
            fan_tune_curve_add(&curve, bytes, 900e-6 + 2 * bytes / 24e6);
    expect_near(fan_tune_gap(&curve, 24e6), 900e-6, 0.001);
}
END_TEST

/* ---- knee and connections ---- */

START_TEST(the_knee_is_the_last_good_k)
{
    fan_tune_curve falling = curve_of(6, ks, (double[]){10, 9.9, 9.6, 9.4, 6, 3});
    ck_assert_int_eq(fan_tune_knee(&falling), 4);
    ck_assert_int_eq(fan_tune_connections(&falling, 32), 4);
    fan_tune_curve rising = curve_of(6, ks, (double[]){5, 7, 9, 10, 9.6, 9});
    ck_assert_int_eq(fan_tune_knee(&rising), 16);
    fan_tune_curve dented = curve_of(6, ks, (double[]){10, 8, 9, 9.7, 5, 5});
    ck_assert_int_eq(fan_tune_knee(&dented), 8);
    fan_tune_curve steep = curve_of(6, ks, (double[]){10, 5, 3, 2, 1, 1});
    ck_assert_int_eq(fan_tune_connections(&steep, 32), 1);
}
END_TEST

START_TEST(without_a_knee_the_default_stays)
{
    fan_tune_curve level = curve_of(3, ks, (double[]){10, 9.9, 9.8});
    ck_assert_int_eq(fan_tune_knee(&level), 4);
    ck_assert_int_eq(fan_tune_connections(&level, 32), 32);
    fan_tune_curve single = curve_of(1, ks, (double[]){10});
    ck_assert_int_eq(fan_tune_connections(&single, 32), 32);
    fan_tune_curve all = curve_of(6, ks, (double[]){10, 10, 10, 10, 10, 10});
    ck_assert_int_eq(fan_tune_connections(&all, 8), 32);
}
END_TEST

/* ---- crossover ---- */

static void expect_crossover(const double *fanout, int64_t min_bytes)
{
    const double x[] = {1 * KIB, 2 * KIB, 4 * KIB, 8 * KIB}, mpi[] = {10, 20, 40, 80};
    fan_tune_curve theirs = curve_of(4, x, mpi), ours = curve_of(4, x, fanout);
    ck_assert_int_eq(fan_tune_min_bytes(&theirs, &ours, 1), min_bytes);
}

START_TEST(the_crossover_holds_from_there_on)
{
    expect_crossover((double[]){20, 21, 39, 50}, 4096);
    expect_crossover((double[]){9, 21, 40, 80},
                     4096); /* equal is not slower; one smaller size does not count */
    expect_crossover((double[]){9, 19, 41, 79}, 8192);
    expect_crossover((double[]){9, 19, 39, 79}, 1024);  /* all */
    expect_crossover((double[]){9, 19, 39, 81}, 16384); /* none: twice the largest */
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        samples_are_kept_by_x,
        samples_that_do_not_fit_are_left_out,
        bandwidth_is_not_fooled_by_a_burst,
        bandwidth_survives_disturbed_samples,
        times_that_do_not_grow_give_a_bandwidth_nevertheless,
        straightness_needs_three_sizes_and_equal_slopes,
        a_line_through_all_is_found_again,
        the_gap_is_found_in_noise,
        the_gap_survives_disturbed_samples,
        the_gap_is_never_negative,
        idle_links_do_not_tell_the_gap,
        the_knee_is_the_last_good_k,
        without_a_knee_the_default_stays,
        the_crossover_holds_from_there_on,
    };
    return unit_main("fit", tests, sizeof tests / sizeof tests[0]);
}
