/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bench_report_check FILE ROUNDS SIZES CONTENDERS: whether FILE is a report of fanout-bench with
 * these sizes (in bytes) and contenders (lists with commas), and its medians belong to its samples.
 * "-" for FILE is standard input. A contender "A k=N" must run algorithm A in groups of N, and
 * "MPI_Bcast A:NK" is a peer with segments of N KiB.
 */
#include "config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *where = "the report";

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", where, what);
    exit(EXIT_FAILURE);
}

static double real(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    require(json_is_real(value), key);
    return json_real_value(value);
}

static double sample(const json_t *result, size_t round)
{
    const json_t *value = json_array_get(json_object_get(result, "samples"), round);
    require(json_is_real(value) && json_real_value(value) > 0, "a sample is no positive time");
    return json_real_value(value);
}

/* The samples of a result, or their ratios to those of the limit. */
static double value(const json_t *result, const json_t *limit, size_t round)
{
    return limit == NULL ? sample(result, round) : sample(result, round) / sample(limit, round);
}

static void check_summary(const json_t *result, const json_t *limit, const char *key, size_t rounds)
{
    const json_t *summary = json_object_get(result, key);
    const double median = real(summary, "median");
    size_t above = 0, below = 0, least = 0, greatest = 0;
    for (size_t i = 0; i < rounds; i++) {
        const double v = value(result, limit, i);
        above += v > median;
        below += v < median;
        least += v == real(summary, "min");
        greatest += v == real(summary, "max");
        require(v >= real(summary, "min") && v <= real(summary, "max"), "a sample is outside");
    }
    require(above <= rounds / 2 && below <= rounds / 2, "the median is wrong");
    require(least > 0 && greatest > 0, "min or max is no sample");
}

static const char *kind_of(const char *name)
{
    if (strcmp(name, "limit") == 0)
        return "limit";
    if (strcmp(name, "MPI_Bcast") == 0)
        return "mpi";
    if (strcmp(name, "memcpy") == 0)
        return "memcpy";
    return strncmp(name, "MPI_Bcast ", 10) == 0 ? "peer" : "fanout";
}

static void check_peer(const json_t *contender, const char *name)
{
    char expected[64];
    json_int_t segment = json_integer_value(json_object_get(contender, "segment_bytes"));
    snprintf(expected, sizeof expected, segment == 0 ? "MPI_Bcast %s" : "MPI_Bcast %s:%ldK",
             json_string_value(json_object_get(contender, "algorithm")), (long)segment / 1024);
    require(strcmp(expected, name) == 0, "is another peer");
}

static void check_algorithm(const json_t *contender, const char *name)
{
    char expected[64];
    const json_t *used = json_object_get(contender, "parameters");
    const char *k = json_string_value(json_object_get(used, "group_size"));
    snprintf(expected, sizeof expected, strcmp(k, "0") == 0 ? "%s" : "%s k=%s",
             json_string_value(json_object_get(used, "algorithm")), k);
    require(strcmp(expected, name) == 0, "runs something else");
    require(strcmp(json_string_value(json_object_get(used, "min_bytes")), "0") == 0, "min_bytes");
}

static void check_contender(const json_t *contender, const char *name)
{
    require(json_is_object(contender), "contender missing");
    require(strcmp(json_string_value(json_object_get(contender, "name")), name) == 0, "name");
    const char *kind = kind_of(name);
    require(strcmp(json_string_value(json_object_get(contender, "kind")), kind) == 0, "kind");
    const bool has_parameters = json_is_object(json_object_get(contender, "parameters"));
    require(has_parameters == (strcmp(kind, "fanout") == 0),
            "has parameters exactly if it is libfanout's");
    if (strcmp(kind, "peer") == 0)
        check_peer(contender, name);
    else if (!json_is_null(json_object_get(contender, "algorithm")))
        check_algorithm(contender, name);
}

static void check_result(const json_t *result, const json_t *limit, long bytes, const char *name,
                         size_t rounds)
{
    require(json_is_object(result), "result missing");
    require(json_integer_value(json_object_get(result, "bytes")) == bytes, "bytes");
    require(strcmp(json_string_value(json_object_get(result, "contender")), name) == 0,
            "contender");
    require(json_array_size(json_object_get(result, "samples")) == rounds, "number of samples");
    check_summary(result, NULL, "seconds", rounds);
    check_summary(result, limit, "ratio", rounds);
}

int main(int argc, char **argv)
{
    json_error_t error;
    if (argc != 5)
        return 2;
    json_t *report = strcmp(argv[1], "-") == 0 ? json_loadf(stdin, 0, &error)
                                               : json_load_file(argv[1], 0, &error);
    require(report != NULL, error.text);
    const json_t *contenders = json_object_get(report, "contenders");
    const json_t *results = json_object_get(report, "results");
    const size_t rounds = (size_t)atol(argv[2]);
    require(json_integer_value(json_object_get(report, "repeat")) == (json_int_t)rounds, "repeat");

    size_t number = 0, at = 0;
    char *names[16];
    for (char *name = strtok(argv[4], ","); name != NULL; name = strtok(NULL, ","))
        names[number++] = name;
    require(json_array_size(contenders) == number, "number of contenders");
    for (size_t i = 0; i < number; i++)
        check_contender(json_array_get(contenders, i), where = names[i]);
    for (char *size = strtok(argv[3], ","); size != NULL; size = strtok(NULL, ",")) {
        const json_t *limit = json_array_get(results, at);
        for (size_t i = 0; i < number; i++)
            check_result(json_array_get(results, at++), limit, atol(size), where = names[i],
                         rounds);
    }
    require(json_array_size(results) == at, "number of results");
    json_decref(report);
    return EXIT_SUCCESS;
}
