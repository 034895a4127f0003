/* SPDX-License-Identifier: BSD-3-Clause */
/** @file results.h  All samples, and their medians. */
#ifndef FAN_TOOLS_BENCH_RESULTS_H
#define FAN_TOOLS_BENCH_RESULTS_H

#include "tools/common/summary.h"

#include <stdbool.h>

typedef struct fan_bench_results {
    int contenders; /**< number 0 is the limit */
    int rounds;
    double *seconds; /**< by size, contender and round */
    double *scratch; /**< one for each round */
} fan_bench_results;

/** Room for all samples. False if memory runs out. Free it with fan_bench_results_free. */
bool fan_bench_results_init(fan_bench_results *results, int sizes, int contenders, int rounds);

/** The times of a contender at a size, one for each round. */
double *fan_bench_seconds(const fan_bench_results *results, int size, int contender);

/** Median, least and greatest of the times. */
fan_summary fan_bench_times(const fan_bench_results *results, int size, int contender);

/**
 * Median, least and greatest of (time / time of contender `base`, 0 for the limit, in the same
 * round).
 */
fan_summary fan_bench_ratios(const fan_bench_results *results, int size, int contender, int base);

void fan_bench_results_free(fan_bench_results *results);

#endif
