/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench/results.h"

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

fan_summary fan_bench_times(const fan_bench_results *results, int size, int contender)
{
    const double *seconds = fan_bench_seconds(results, size, contender);
    memcpy(results->scratch, seconds, (size_t)results->rounds * sizeof *seconds);
    return fan_summarize(results->scratch, results->rounds);
}

fan_summary fan_bench_ratios(const fan_bench_results *results, int size, int contender, int base)
{
    const double *seconds = fan_bench_seconds(results, size, contender);
    const double *others = fan_bench_seconds(results, size, base);
    for (int i = 0; i < results->rounds; i++)
        results->scratch[i] = seconds[i] / others[i];
    return fan_summarize(results->scratch, results->rounds);
}
