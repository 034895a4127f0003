/* SPDX-License-Identifier: BSD-3-Clause */
/** @file json.h  Settings and all samples as JSON. */
#ifndef FAN_TOOLS_BENCH_JSON_H
#define FAN_TOOLS_BENCH_JSON_H

#include "tools/bench/contenders.h"
#include "tools/bench/options.h"
#include "tools/bench/results.h"
#include "tools/common/job.h"

#include <stdbool.h>
#include <stdio.h>

/** Write the report that fanout-bench(1) describes. False if it could not be made or written. */
bool fan_bench_json_write(const fan_bench_options *options, const fan_job *job,
                          const fan_bench_contenders *contenders, const fan_bench_results *results,
                          FILE *file);

#endif
