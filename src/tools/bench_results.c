/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench_results.h"

#include <stdlib.h>
#include <string.h>

bool fan_bench_results_init(fan_bench_results *results, int sizes, int contenders, int rounds)
{
    *results = (fan_bench_results){.contenders = contenders, .rounds = rounds};
    results->seconds =
        calloc((size_t)sizes * (size_t)contenders * (size_t)rounds, sizeof *results->seconds);
    results->scratch = calloc((size_t)rounds, sizeof *results->scratch);
    return results->seconds != NULL && results->scratch != NULL;
}

void fan_bench_results_free(fan_bench_results *results)
{
    free(results->seconds);
    free(results->scratch);
}

double *fan_bench_seconds(const fan_bench_results *results, int size, int contender)
{
    return results->seconds + ((size_t)size * (size_t)results->contenders + (size_t)contender) *
                                  (size_t)results->rounds;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of the scratch values. */
static fan_bench_summary summarize(const fan_bench_results *results)
{
    double *values = results->scratch;
    int count = results->rounds;
    qsort(values, (size_t)count, sizeof *values, ascending);
    return (fan_bench_summary){
        .median = (values[(count - 1) / 2] + values[count / 2]) / 2,
        .minimum = values[0],
        .maximum = values[count - 1],
    };
}

fan_bench_summary fan_bench_times(const fan_bench_results *results, int size, int contender)
{
    const double *seconds = fan_bench_seconds(results, size, contender);
    memcpy(results->scratch, seconds, (size_t)results->rounds * sizeof *seconds);
    return summarize(results);
}

fan_bench_summary fan_bench_ratios(const fan_bench_results *results, int size, int contender)
{
    const double *seconds = fan_bench_seconds(results, size, contender);
    const double *limit = fan_bench_seconds(results, size, 0);
    for (int i = 0; i < results->rounds; i++)
        results->scratch[i] = seconds[i] / limit[i];
    return summarize(results);
}
