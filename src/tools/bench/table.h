/* SPDX-License-Identifier: BSD-3-Clause */
/** @file table.h  Results for people, on standard output. */
#ifndef FAN_TOOLS_BENCH_TABLE_H
#define FAN_TOOLS_BENCH_TABLE_H

#include "tools/bench/contenders.h"
#include "tools/bench/options.h"
#include "tools/bench/results.h"
#include "tools/common/job.h"

/** What is measured, where and how, and the column heads. */
void fan_bench_table_head(const fan_bench_options *options, const fan_job *job,
                          const fan_bench_contenders *contenders);

/** The rows of size number `size`. */
void fan_bench_table_rows(const fan_bench_options *options, const fan_bench_contenders *contenders,
                          const fan_bench_results *results, int size);

#endif
