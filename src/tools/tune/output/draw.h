/* SPDX-License-Identifier: BSD-3-Clause */
/** @file draw.h  The picture of --svg, which gnuplot draws. */
#ifndef FAN_TOOLS_TUNE_OUTPUT_DRAW_H
#define FAN_TOOLS_TUNE_OUTPUT_DRAW_H

#include "tools/tune/model/results.h"

/** Start gnuplot with nothing to do: FAN_ERR_SYSTEM with the reason if that fails. Local. */
fan_status fan_tune_draw_check(void);

/** Draw the measurements to the file `path`. FAN_ERR_SYSTEM if it is not whole then. Local. */
fan_status fan_tune_draw(const fan_tune_results *results, const char *path);

#endif
