/* SPDX-License-Identifier: BSD-3-Clause */
/* What fanout-tune makes of its measurements: the model, the file and the picture. */
#include "config.h"

#include "tests/common/unit_main.h"
#include "tests/tools/tune_samples.h"
#include "tools/tune/model/crossover.h"
#include "tools/tune/model/knee.h"
#include "tools/tune/model/model.h"
#include "tools/tune/output/plot_script.h"
#include "tools/tune/output/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    r.params.gap = fan_tune_gap(&r.chunks, r.params.bandwidth);
    r.params.min_bytes = fan_tune_min_bytes(&r.mpi, &r.fanout, 65536);
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

/* Single ones take as long as the latency; there may have been no time for several on the way. */
START_TEST(overhead_is_of_pairs_with_several_on_the_way)
{
    fan_tune_results r = results_of(5);
    for (int i = 1; i < r.pair_count; i++)
        r.pairs[i].messages.count = 1;
    fan_tune_model(&r);
    expect_near(r.params.overhead, 4e-6, 0.01);
    expect_near(r.params.latency, 22e-6, 0.02);
}
END_TEST

START_TEST(one_slow_transfer_makes_no_slow_host)
{
    fan_tune_results r = results_of(5);
    fan_tune_curve *transfers = &r.pairs[1].transfers;
    *transfers = (fan_tune_curve){0};
    fan_tune_curve_add(transfers, 512 * KIB, 0.05);
    fan_tune_curve_add(transfers, 1024 * KIB, 1);
    fan_tune_model(&r);
    ck_assert(r.pairs[1].speed == 1);
    expect_near(r.params.bandwidth, 24e6, 0.02);
}
END_TEST

START_TEST(one_slow_exchange_is_no_limit)
{
    fan_tune_results r = results_of(2);
    ck_assert_int_eq(fan_tune_connections(&r.rates, 32), 4);
    r.rates.points[3].count = 1;
    ck_assert_int_eq(fan_tune_connections(&r.rates, 32), 32);
}
END_TEST

START_TEST(small_sizes_alone_do_not_make_min_bytes_small)
{
    fan_tune_results r = results_of(2);
    r.mpi.count = r.fanout.count = 1; /* where fanout_bcast is slower */
    ck_assert_int_eq(fan_tune_min_bytes(&r.mpi, &r.fanout, 65536), 65536);
    ck_assert_int_eq(fan_tune_min_bytes(&r.mpi, &r.fanout, 1000), 2048);
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
    ck_assert(fan_params_given(&params, FAN_PARAM_INDEX_latency) &&
              !fan_params_given(&params, FAN_PARAM_INDEX_window));
    params.given = r.params.given;
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
    r.params.min_bytes = fan_tune_min_bytes(&r.mpi, &r.fanout, 65536);
    expect_text(&r, "No limit was found up to k = 2", true);
    expect_text(&r, "connections = 32\n", true);
    expect_text(&r, "slower at the largest size", true);
    expect_text(&r, "min_bytes = 16777216\n", true);
}
END_TEST

/* With more time there would have been more; the file is whole, and says what is missing. */
START_TEST(without_time_there_are_defaults)
{
    fan_tune_results r = results_of(2);
    r.rates.count = r.chunks.count = r.mpi.count = r.fanout.count = 0;
    r.params.connections = fan_tune_connections(&r.rates, 32);
    r.params.gap = fan_tune_gap(&r.chunks, r.params.bandwidth);
    r.params.min_bytes = fan_tune_min_bytes(&r.mpi, &r.fanout, 65536);
    expect_text(&r, "no time for exchanges, more --seconds", true);
    expect_text(&r, "\nconnections = 32\n", true);
    expect_text(&r, "no time for exchanges of chunks, more", true);
    expect_near(r.params.gap, 300 / r.params.bandwidth, 0.001);
    expect_text(&r, "this is the time of 300 bytes", true);
    expect_text(&r, "no time for broadcasts, more", true);
    expect_text(&r, "\nmin_bytes = 65536\n", true);
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
        the_model_is_found_again,
        latency_is_never_negative,
        pairs_without_samples_do_not_count,
        overhead_is_of_pairs_with_several_on_the_way,
        one_slow_transfer_makes_no_slow_host,
        without_time_there_are_defaults,
        one_slow_exchange_is_no_limit,
        small_sizes_alone_do_not_make_min_bytes_small,
        values_have_four_digits,
        the_file_is_read_back,
        the_file_names_slow_hosts,
        the_file_says_what_was_not_found,
        the_picture_has_all_samples_and_marks,
    };
    return unit_main("tune_tool", tests, sizeof tests / sizeof tests[0]);
}
