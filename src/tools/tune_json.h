/* SPDX-License-Identifier: BSD-3-Clause */
/** @file tune_json.h  All samples as JSON. */
#ifndef FAN_TOOLS_TUNE_JSON_H
#define FAN_TOOLS_TUNE_JSON_H

#include "tools/tune_results.h"

#include <stdbool.h>
#include <stdio.h>

/** Write the report. False if that fails. */
bool fan_tune_json_write(const fan_tune_results *results, FILE *file);

#endif
