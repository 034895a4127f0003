/* SPDX-License-Identifier: BSD-3-Clause */
/** @file json.h  All samples as JSON. */
#ifndef FAN_TOOLS_TUNE_OUTPUT_JSON_H
#define FAN_TOOLS_TUNE_OUTPUT_JSON_H

#include "tools/tune/model/results.h"

#include <stdbool.h>
#include <stdio.h>

/** Write the report. False if that fails. */
bool fan_tune_json_write(const fan_tune_results *results, FILE *file);

#endif
