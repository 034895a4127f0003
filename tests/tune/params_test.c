/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters from texts, the environment and tune files; sizes as people write them. */
#include "config.h"

#include "base/units.h"
#include "tests/common/unit_main.h"
#include "tune/algorithm_names.h"
#include "tune/params.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int index_of(const char *name)
{
    for (size_t i = 0; i < fan_param_count(); i++)
        if (strcmp(fan_param_name(i), name) == 0)
            return (int)i;
    ck_abort_msg("no parameter %s", name);
    return -1;
}

static void expect_value(const fan_params *params, const char *name, const char *expected)
{
    char text[64];
    fan_params_get(params, (size_t)index_of(name), text, sizeof text);
    ck_assert_str_eq(text, expected);
}

static void expect_set(const char *name, const char *text, const char *expected)
{
    fan_params params = fan_params_default();
    if (fan_params_set(&params, name, text, "here") != FAN_OK)
        ck_abort_msg("%s", fan_fail_text());
    expect_value(&params, name, expected);
}

/* Refused with a text that names all three, and nothing is changed. */
static void expect_refused(const char *name, const char *text)
{
    fan_params params = fan_params_default(), before = params;
    if (fan_params_set(&params, name, text, "here") != FAN_ERR_ARGUMENT)
        ck_abort_msg("%s = '%s' was taken", name, text);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "here"));
    ck_assert_ptr_nonnull(
        strstr(fan_fail_text(), strcmp(name, "algorithm") == 0 ? "algorithm" : name));
    ck_assert_mem_eq(&params, &before, sizeof params);
}

/* ---- one parameter ---- */

/*
 * Sets every parameter to a value that is not its default: a table of all, so that a new one is not
 * forgotten.
 */
static const struct {
    const char *name, *text, *value, *below, *above;
} samples[] = {
    {"algorithm", "ktree", "ktree", "", "tree"},
    {"group_size", "7", "7", "-1", "4097"},
    {"branching", "3", "3", "-1", "65"},
    {"secondary_groups", "12", "12", "-1", "1000001"},
    {"chunk_bytes", "16K", "16384", "-1", "1073741825"},
    {"window", "9", "9", "-1", "4097"},
    {"sends", "2", "2", "-1", "1025"},
    {"child_sends", "2", "2", "-1", "1025"},
    {"connections", "5", "5", "0", "4097"},
    {"min_bytes", "1M", "1048576", "-1", "5E"},
    {"overlap", "0", "0", "-1", "2"},
    {"shared_memory", "0", "0", "-1", "2"},
    {"domains", "0", "0", "-1", "2"},
    {"adapt", "0", "0", "-1", "2"},
    {"cache", "0", "0", "-1", "2"},
    {"check", "1", "1", "-1", "2"},
    {"shared_source", "1", "1", "-1", "2"},
    {"mdc_order", "spread", "spread", "", "spreading"},
    {"timeout", "1.5", "1.5", "-1", "2e9"},
    {"on_failure", "continue", "continue", "", "go on"},
    {"fallback", "error", "error", "", "errors"},
    {"debug", "trace", "trace", "", "2"},
    {"trace_bytes", "1M", "1048576", "4095", "5E"},
    {"latency", "0.25", "0.25", "-1e-9", "10.5"},
    {"bandwidth", "2.5e7", "25000000", "0.5", "1.1e15"},
    {"overhead", "1.5e-5", "1.5e-05", "-1e-9", "11"},
    {"gap", "8e-6", "8e-06", "-1e-9", "11"},
    {"copy_bandwidth", "5e9", "5000000000", "0.5", "1.1e15"},
};
enum { SAMPLE_COUNT = sizeof samples / sizeof samples[0] };

START_TEST(every_parameter_round_trips)
{
    ck_assert_int_eq(fan_param_count(), SAMPLE_COUNT);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        ck_assert_str_eq(fan_param_name(i), samples[i].name);
        ck_assert_int_gt(strlen(fan_param_help(i)), 10);
        fan_params params = fan_params_default(), again = params;
        ck_assert_int_eq(fan_params_set(&params, samples[i].name, samples[i].text, "here"), FAN_OK);
        ck_assert(memcmp(&params, &again, sizeof params) != 0);
        char text[64];
        fan_params_get(&params, i, text, sizeof text);
        ck_assert_str_eq(text, samples[i].value);
        ck_assert_int_eq(fan_params_set(&again, samples[i].name, text, "here"), FAN_OK);
        ck_assert_mem_eq(&params, &again, sizeof params);
    }
}
END_TEST

START_TEST(defaults_round_trip)
{
    fan_params params = fan_params_default();
    for (size_t i = 0; i < fan_param_count(); i++) {
        char text[64];
        fan_params_get(&params, i, text, sizeof text);
        ck_assert(!fan_params_given(&params, i));
        ck_assert_int_eq(fan_params_set(&params, fan_param_name(i), text, "here"), FAN_OK);
        ck_assert(fan_params_given(&params, i));
    }
    fan_params untouched = fan_params_default();
    params.given = untouched.given;
    ck_assert_mem_eq(&params, &untouched, sizeof params);
}
END_TEST

START_TEST(values_out_of_range_are_refused)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        expect_refused(samples[i].name, samples[i].below);
        expect_refused(samples[i].name, samples[i].above);
    }
}
END_TEST

START_TEST(ends_of_ranges_are_taken)
{
    expect_set("group_size", "4096", "4096");
    expect_set("connections", "1", "1");
    expect_set("chunk_bytes", "1G", "1073741824");
    expect_set("min_bytes", "4E", "4611686018427387904");
    expect_set("min_bytes", "9007199254740993", "9007199254740993"); /* 2^53 + 1: no double */
    expect_set("latency", "0", "0");
    expect_set("latency", "2e-6", "2e-06");
    expect_set("latency", "1.2345678901234567e-3", "0.0012345678901234567");
    expect_set("bandwidth", "1e15", "1e+15");
}
END_TEST

START_TEST(what_is_no_value_is_refused)
{
    static const char *const texts[] = {"",    " ",   "x",   "4x", "4 4",
                                        "1ee", "--4", "nan", "1;", "99999999999999999999"};
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            expect_refused(samples[i].name, texts[j]);
    expect_refused("window", "0x4");
    expect_refused("window", "4K");
    expect_refused("chunk_bytes", "0x4");
}
END_TEST

START_TEST(unknown_names_are_refused)
{
    fan_params params = fan_params_default();
    ck_assert_int_eq(fan_params_set(&params, "groupsize", "4", "FANOUT_GROUPSIZE"),
                     FAN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "groupsize"));
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "FANOUT_GROUPSIZE"));
}
END_TEST

START_TEST(algorithms_have_numbers_and_names)
{
    fan_params params = fan_params_default();
    for (int i = 0; i < FAN_ALGORITHMS; i++) {
        ck_assert_int_eq(fan_params_set(&params, "algorithm", fan_algorithm_names[i], "here"),
                         FAN_OK);
        ck_assert_int_eq(params.algorithm, i);
    }
    ck_assert_int_eq(fan_params_set(&params, "algorithm", "Group", "here"), FAN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(),
                                 "'Group' is not a value of algorithm; give auto, chain, group, "
                                 "full, ktree or kexchange"));
}
END_TEST

/* ---- the environment ---- */

START_TEST(environment_sets_every_parameter)
{
    fan_params params = fan_params_default();
    char variables[SAMPLE_COUNT][64];
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        snprintf(variables[i], sizeof variables[i], "FANOUT_%s", samples[i].name);
        for (char *c = variables[i]; *c != '\0'; c++)
            *c = (char)toupper((unsigned char)*c);
        setenv(variables[i], samples[i].text, 1);
    }
    fan_status status = fan_params_from_environment(&params);
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        unsetenv(variables[i]);
    ck_assert_int_eq(status, FAN_OK);
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        expect_value(&params, samples[i].name, samples[i].value);
}
END_TEST

START_TEST(empty_environment_changes_nothing)
{
    fan_params params = fan_params_default(), before = params;
    setenv("FANOUT_STATS", "1", 1);
    ck_assert_int_eq(fan_params_from_environment(&params), FAN_OK);
    unsetenv("FANOUT_STATS");
    ck_assert_mem_eq(&params, &before, sizeof params);
}
END_TEST

START_TEST(bad_environment_names_the_variable)
{
    fan_params params = fan_params_default();
    setenv("FANOUT_GROUP_SIZE", "many", 1);
    fan_status status = fan_params_from_environment(&params);
    unsetenv("FANOUT_GROUP_SIZE");
    ck_assert_int_eq(status, FAN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "FANOUT_GROUP_SIZE"));
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), "many"));
}
END_TEST

/* ---- tune files ---- */

static fan_status read_text(fan_params *params, const char *text)
{
    FILE *file = fmemopen((void *)text, strlen(text), "r");
    ck_assert_ptr_nonnull(file);
    fan_status status = fan_params_from_file(params, file, "my.tune");
    fclose(file);
    return status;
}

START_TEST(tune_file_is_read)
{
    fan_params params = fan_params_default();
    const char *text = "# written by hand\n"
                       "\n"
                       "group_size = 6\n"
                       "  chunk_bytes=32K   # half of the default\r\n"
                       "\talgorithm =\tgroup\t\n"
                       "group_size = 8\n"
                       "window = 3"; /* no newline at the end */
    ck_assert_int_eq(read_text(&params, text), FAN_OK);
    expect_value(&params, "group_size", "8");
    expect_value(&params, "chunk_bytes", "32768");
    expect_value(&params, "algorithm", "group");
    expect_value(&params, "window", "3");
}
END_TEST

static void expect_bad_line(const char *text, const char *line, const char *word)
{
    fan_params params = fan_params_default();
    ck_assert_int_eq(read_text(&params, text), FAN_ERR_ARGUMENT);
    if (strstr(fan_fail_text(), "my.tune") == NULL || strstr(fan_fail_text(), line) == NULL ||
        strstr(fan_fail_text(), word) == NULL)
        ck_abort_msg("expected 'my.tune', '%s' and '%s', got '%s'", line, word, fan_fail_text());
}

START_TEST(bad_lines_are_named)
{
    expect_bad_line("window = 3\nsome words\n", "line 2", "some words");
    expect_bad_line("window = 3\n\n#\nwindow = 5000\n", "line 4", "5000");
    expect_bad_line("colour = red\n", "line 1", "colour");
    expect_bad_line("window =\n", "line 1", "window");
    expect_bad_line("= 3\n", "line 1", "unknown parameter");
}
END_TEST

START_TEST(tune_file_is_found_by_path_or_variable)
{
    char path[] = "tune_test.XXXXXX";
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, "window = 7\n", 11), 11);
    close(descriptor);
    fan_params by_path = fan_params_default(), by_variable = by_path, untouched = by_path;
    fan_status first = fan_params_from_tune_file(&by_path, path);
    setenv("FANOUT_TUNE_FILE", path, 1);
    fan_status second = fan_params_from_tune_file(&by_variable, NULL);
    unsetenv("FANOUT_TUNE_FILE");
    unlink(path);
    ck_assert_int_eq(first, FAN_OK);
    ck_assert_int_eq(second, FAN_OK);
    expect_value(&by_path, "window", "7");
    expect_value(&by_variable, "window", "7");
    ck_assert_int_eq(fan_params_from_tune_file(&untouched, NULL), FAN_OK);
    expect_value(&untouched, "window", "0");
    ck_assert_int_eq(fan_params_from_tune_file(&untouched, path), FAN_ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(fan_fail_text(), path));
}
END_TEST

/* ---- units ---- */

static void expect_bytes(const char *text, int64_t expected)
{
    int64_t bytes = -1;
    ck_assert_msg(fan_parse_bytes(text, &bytes), "'%s' was refused", text);
    ck_assert_int_eq(bytes, expected);
}

START_TEST(sizes_are_parsed)
{
    expect_bytes("0", 0);
    expect_bytes("4096", 4096);
    expect_bytes("64K", 65536);
    expect_bytes("64k", 65536);
    expect_bytes("1.5GiB", 1610612736);
    expect_bytes("2tb", (int64_t)2 << 40);
    expect_bytes("0.5M", 524288);
    expect_bytes("10B", 10);
    expect_bytes("1P", (int64_t)1 << 50);
    expect_bytes("4E", (int64_t)1 << 62);
    expect_bytes("9007199254740993", 9007199254740993);
}
END_TEST

START_TEST(what_is_no_size_is_refused)
{
    static const char *const texts[] = {
        "",     "K",   "-1",    "+1", " 1",   "1 K", "1KK", "1KBB", "1Ki",
        "0x10", "1e3", "1.2.3", ".5", "4.5E", "8E",  "inf", "nan",  "99999999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t bytes = -7;
        ck_assert_msg(!fan_parse_bytes(texts[i], &bytes), "'%s' was taken as %lld", texts[i],
                      (long long)bytes);
        ck_assert_int_eq(bytes, -7);
    }
}
END_TEST

START_TEST(sizes_are_printed)
{
    char text[32];
    ck_assert_str_eq(fan_format_bytes(0, text, sizeof text), "0 B");
    ck_assert_str_eq(fan_format_bytes(1023, text, sizeof text), "1023 B");
    ck_assert_str_eq(fan_format_bytes(1024, text, sizeof text), "1.0 KiB");
    ck_assert_str_eq(fan_format_bytes(1536, text, sizeof text), "1.5 KiB");
    ck_assert_str_eq(fan_format_bytes((int64_t)1 << 40, text, sizeof text), "1.0 TiB");
    ck_assert_str_eq(fan_format_bytes(INT64_MAX, text, sizeof text), "8.0 EiB");
}
END_TEST

START_TEST(times_are_printed)
{
    char text[32];
    ck_assert_str_eq(fan_format_seconds(1.5e-6, text, sizeof text), "1.50 us");
    ck_assert_str_eq(fan_format_seconds(2.346e-3, text, sizeof text), "2.35 ms");
    ck_assert_str_eq(fan_format_seconds(4.125, text, sizeof text), "4.12 s");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        every_parameter_round_trips,
        defaults_round_trip,
        values_out_of_range_are_refused,
        ends_of_ranges_are_taken,
        what_is_no_value_is_refused,
        unknown_names_are_refused,
        algorithms_have_numbers_and_names,
        environment_sets_every_parameter,
        empty_environment_changes_nothing,
        bad_environment_names_the_variable,
        tune_file_is_read,
        bad_lines_are_named,
        tune_file_is_found_by_path_or_variable,
        sizes_are_parsed,
        what_is_no_size_is_refused,
        sizes_are_printed,
        times_are_printed,
    };
    return unit_main("tune", tests, sizeof tests / sizeof tests[0]);
}
