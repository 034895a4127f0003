/* SPDX-License-Identifier: BSD-3-Clause */
/** @file text.h  The tune file: the parameters, and in comments where they come from. */
#ifndef FAN_TOOLS_TUNE_OUTPUT_TEXT_H
#define FAN_TOOLS_TUNE_OUTPUT_TEXT_H

#include "tools/tune/model/results.h"

#include <stdio.h>

/** Write it. The caller looks for errors of the stream. */
void fan_tune_text(const fan_tune_results *results, FILE *out);

#endif
