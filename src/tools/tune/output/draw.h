/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file draw.h  The measured curves as a picture, so that one sees whether the numbers can be
 * trusted.
 */
#ifndef FAN_TOOLS_TUNE_OUTPUT_DRAW_H
#define FAN_TOOLS_TUNE_OUTPUT_DRAW_H

#include "tools/tune/model/results.h"

#include <stdio.h>

/** Draw them in SVG. */
fan_status fan_tune_draw(const fan_tune_results *results, FILE *out);

#endif
