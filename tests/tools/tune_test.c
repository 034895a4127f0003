/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What fanout-tune makes of its measurements: the fit, the model, knee, crossover, the file and the
 * picture.
 */
#include "config.h"

#include "tests/common/unit_main.h"
#include "tools/tune/model/crossover.h"
#include "tools/tune/model/fit.h"
#include "tools/tune/model/knee.h"
#include "tools/tune/model/model.h"
#include "tools/tune/output/plot_script.h"
#include "tools/tune/output/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIB 1024.0
#define MIB (1024 * KIB)

static void expect_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance * fabs(expected)))
        ck_abort_msg("%g is not within %g %% of %g", value, 100 * tolerance, expected);
}

/* From -1 to 1, the same ones in every run. */
static double noise(void)
{
    static unsigned state = 1;
    state = state * 1664525u + 1013904223u;
    return (state >> 8) / 8388608.0 - 1;
}

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

/*
 * A link that lets `burst` bytes through at once, `start` seconds before them, and noise of +-2 %.
 */
static void add_transfers(fan_tune_curve *curve, double largest, double bandwidth, double burst,
                          double start)
{
    for (double bytes = 128 * KIB; bytes <= largest; bytes *= 2)
        for (int i = 0; i < 5; i++) {
            double seconds = start + fmax(bytes - burst, 0) / bandwidth;
            fan_tune_curve_add(curve, bytes, seconds * (1 + 0.02 * noise()));
        }
}

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

/* Chunks of 4, 8 and 16 KiB over 24e6 bytes per second, with noise of +-`noisy`. */
static fan_tune_curve chunks_of(double gap, double noisy)
{
    fan_tune_curve curve = {0};
    for (double bytes = 4 * KIB; bytes <= 16 * KIB; bytes *= 2)
        for (int i = 0; i < 5; i++)
            fan_tune_curve_add(&curve, bytes, (gap + bytes / 24e6) * (1 + noisy * noise()));
    return curve;
}

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
    ck_assert(fan_tune_gap(&exact) == 8e-6);
    for (int i = 0; i < 100; i++) {
        fan_tune_curve curve = chunks_of(8e-6, 0.005);
        expect_near(fan_tune_gap(&curve), 8e-6, 0.4);
    }
}
END_TEST

START_TEST(the_gap_survives_disturbed_samples)
{
    fan_tune_curve curve = chunks_of(8e-6, 0.005);
    for (int i = 0; i < curve.count; i++)
        curve.points[i].samples[i] *= 10; /* somebody else had the core */
    expect_near(fan_tune_gap(&curve), 8e-6, 0.4);
}
END_TEST

/* Large chunks that take longer by the byte than small ones have no gap that the model knows. */
START_TEST(the_gap_is_never_negative)
{
    fan_tune_curve curve = chunks_of(-2e-6, 0);
    ck_assert(fan_tune_fit_all(&curve).start < 0);
    ck_assert(fan_tune_gap(&curve) == 0);
}
END_TEST

/* ---- knee and connections ---- */

static fan_tune_curve curve_of(int count, const double *x, const double *y)
{
    fan_tune_curve curve = {0};
    for (int i = 0; i < count; i++)
        for (int sample = -1; sample <= 1; sample++)
            fan_tune_curve_add(&curve, x[i], y[i] * (1 + 0.3 * sample));
    return curve;
}

static const double ks[] = {1, 2, 4, 8, 16, 32};

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
    ck_assert_int_eq(fan_tune_min_bytes(&theirs, &ours), min_bytes);
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

/* ---- the whole ---- */

/*
 * Pairs whose messages take 30 us, whose nodes relay in 8 us, over links of 24e6 bytes per second.
 */
static fan_tune_results results_of(int pairs)
{
    static const double sizes[] = {1 * KIB, 64 * KIB, 4096 * KIB};
    fan_tune_results r = {.version = "1.2.3",
                          .library = "Some MPI 4",
                          .when = "2000-01-01 00:00 UTC",
                          .hosts = "n0 n1 n2",
                          .ranks = pairs + 1,
                          .host_count = pairs + 1,
                          .seconds = 12,
                          .pair_count = pairs,
                          .params = fan_params_default()};
    for (int i = 0; i < pairs; i++) {
        fan_tune_pair *pair = &r.pairs[i];
        snprintf(pair->host, sizeof pair->host, "n%d", i + 1);
        for (int round = 0; round < 5; round++) {
            fan_tune_curve_add(&pair->messages, 1, 30e-6 * (1 + 0.01 * noise()));
            fan_tune_curve_add(&pair->messages, 8, 6e-6 * (1 + 0.01 * noise()));
            fan_tune_curve_add(&pair->messages, 32, 4e-6 * (1 + 0.01 * noise()));
            fan_tune_curve_add(&pair->messages, 128, 5e-6 * (1 + 0.01 * noise()));
        }
        add_transfers(&pair->transfers, MIB, 24e6, 64 * KIB, 50e-6);
    }
    r.rates = curve_of(4, ks, (double[]){24e6, 24e6, 23.9e6, 12e6});
    r.chunks = chunks_of(8e-6, 0.01);
    r.mpi = curve_of(3, sizes, (double[]){1e-4, 2e-3, 1});
    r.fanout = curve_of(3, sizes, (double[]){2e-4, 1e-3, 0.2});
    fan_tune_model(&r);
    r.params.connections = fan_tune_connections(&r.rates, 32);
    r.params.gap = fan_tune_gap(&r.chunks);
    r.params.min_bytes = fan_tune_min_bytes(&r.mpi, &r.fanout);
    return r;
}

START_TEST(the_model_is_found_again)
{
    fan_tune_results r = results_of(5);
    expect_near(r.params.latency + 2 * r.params.overhead, 30e-6, 0.01);
    expect_near(r.params.overhead, 4e-6, 0.01);
    expect_near(r.params.bandwidth, 24e6, 0.02);
    ck_assert_int_eq(r.params.connections, 4);
    ck_assert_int_eq(r.params.min_bytes, 65536);
    for (int i = 0; i < r.pair_count; i++)
        expect_near(r.pairs[i].speed, 1, 0.05);
}
END_TEST

START_TEST(latency_is_never_negative)
{
    fan_tune_results r = results_of(3);
    for (int i = 0; i < r.pair_count; i++) {
        r.pairs[i].messages = (fan_tune_curve){0};
        fan_tune_curve_add(&r.pairs[i].messages, 1, 1e-6);
        fan_tune_curve_add(&r.pairs[i].messages, 8,
                           0.9e-6); /* a relay takes 1.8 us, more than a hop */
    }
    fan_tune_model(&r);
    ck_assert(r.params.latency == 0);
    ck_assert(r.params.overhead == 0.5e-6);
}
END_TEST

/* Their measurements are missing where there was no time for them. */
START_TEST(pairs_without_samples_do_not_count)
{
    fan_tune_results r = results_of(3);
    r.pairs[1].messages.count = r.pairs[2].messages.count = 0;
    r.pairs[2].transfers.count = 0;
    fan_tune_model(&r);
    expect_near(r.params.overhead, 4e-6, 0.01);
    expect_near(r.params.bandwidth, 24e6, 0.02);
    ck_assert(r.pairs[2].speed == 1);
}
END_TEST

START_TEST(values_have_four_digits)
{
    ck_assert(fan_tune_round(23987654.3) == 23990000);
    ck_assert(fan_tune_round(1.23456e-6) == 1.235e-6);
    ck_assert(fan_tune_round(0) == 0);
}
END_TEST

/* ---- the file ---- */

static char *text_of(const fan_tune_results *results)
{
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    fan_tune_text(results, stream);
    fclose(stream);
    return text;
}

static void expect_text(const fan_tune_results *results, const char *words, bool there)
{
    char *text = text_of(results);
    ck_assert_msg((strstr(text, words) != NULL) == there, "'%s' should %sbe in:\n%s", words,
                  there ? "" : "not ", text);
    free(text);
}

START_TEST(the_file_is_read_back)
{
    fan_tune_results r = results_of(4);
    char path[] = "tune_tool_test.XXXXXX", *text = text_of(&r);
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
    free(text);
    fan_params params = fan_params_default();
    fan_status status = fan_params_from_tune_file(&params, path);
    unlink(path);
    ck_assert_msg(status == FAN_OK, "%s", fan_fail_text());
    ck_assert_mem_eq(&params, &r.params, sizeof params);
    fan_params untouched = fan_params_default();
    ck_assert(params.latency != untouched.latency && params.overhead != untouched.overhead);
    ck_assert(params.bandwidth != untouched.bandwidth &&
              params.connections != untouched.connections);
    ck_assert(params.gap > 6e-6);
}
END_TEST

START_TEST(the_file_names_slow_hosts)
{
    fan_tune_results r = results_of(5);
    expect_text(&r, "NodeName", false);
    r.pairs[2].transfers = (fan_tune_curve){0};
    add_transfers(&r.pairs[2].transfers, MIB, 6e6, 64 * KIB, 50e-6);
    fan_tune_model(&r);
    expect_near(r.params.bandwidth, 24e6, 0.02);
    expect_near(r.pairs[2].speed, 0.25, 0.03);
    expect_text(&r, "\n# NodeName=n3 Speed=0.2", true);
    expect_text(&r, "NodeName=n2", false);
    r.host_count = 1; /* two ranks on one host have no link */
    fan_tune_model(&r);
    expect_text(&r, "NodeName", false);
}
END_TEST

START_TEST(the_file_says_what_was_not_found)
{
    fan_tune_results r = results_of(2);
    expect_text(&r, "at least 0.95 of the best rate is 4", true);
    expect_text(&r, "not slower at any size", true);
    r.rates = curve_of(2, ks, (double[]){10, 10});
    r.params.connections = fan_tune_connections(&r.rates, 32);
    r.fanout = r.mpi;
    fan_tune_curve_add(&r.fanout, 8192 * KIB, 3);
    fan_tune_curve_add(&r.mpi, 8192 * KIB, 2);
    r.params.min_bytes = fan_tune_min_bytes(&r.mpi, &r.fanout);
    expect_text(&r, "No limit was found up to k = 2", true);
    expect_text(&r, "connections = 32\n", true);
    expect_text(&r, "slower at the largest size", true);
    expect_text(&r, "min_bytes = 16777216\n", true);
}
END_TEST

/* ---- the picture ---- */

static int count(const char *text, const char *part)
{
    int found = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        found++;
    return found;
}

START_TEST(the_picture_has_all_samples_and_marks)
{
    fan_tune_results r = results_of(2);
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    fan_tune_plot_script(&r, "it's.svg", stream);
    fclose(stream);
    char *data = strstr(text, "$transfers <<"), *end = strstr(text, "set encoding");
    ck_assert_ptr_nonnull(strstr(text, "picture = 'it''s.svg'\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nknee = 4\n"));
    ck_assert_ptr_nonnull(strstr(text, "\ncrossover = "));
    *end = '\0';
    ck_assert_int_eq(count(data, "\n") - 2 * 4, 2 * 4 * 5 + 4 * 3 + 2 * 3 * 3);
    ck_assert(strstr(text, "nan") == NULL && strstr(text, "inf") == NULL);
    free(text);
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
        the_knee_is_the_last_good_k,
        without_a_knee_the_default_stays,
        the_crossover_holds_from_there_on,
        the_model_is_found_again,
        latency_is_never_negative,
        pairs_without_samples_do_not_count,
        values_have_four_digits,
        the_file_is_read_back,
        the_file_names_slow_hosts,
        the_file_says_what_was_not_found,
        the_picture_has_all_samples_and_marks,
    };
    return unit_main("tune_tool", tests, sizeof tests / sizeof tests[0]);
}
