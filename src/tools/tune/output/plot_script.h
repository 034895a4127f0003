/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file plot_script.h  The measured curves as a program for gnuplot, so that one sees whether the
 * numbers can be trusted.
 */
#ifndef FAN_TOOLS_TUNE_OUTPUT_PLOT_SCRIPT_H
#define FAN_TOOLS_TUNE_OUTPUT_PLOT_SCRIPT_H

#include "tools/tune/model/results.h"

#include <stdio.h>

/**
 * Write a program, data included, that draws three panels in SVG: transfers with the line that
 * gives the bandwidth, rates of exchanges with the knee, both broadcasts with the crossover. Local.
 *
 * @param path  of the picture
 * @param out   errors are left in its error indicator
 */
void fan_tune_plot_script(const fan_tune_results *results, const char *path, FILE *out);

#endif
