/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file encode.h  From a dataset to its descriptors, and back. Memory for a slab, whatever the
 * size.
 */
#ifndef FAN_TOOLS_MDC_ENCODE_H
#define FAN_TOOLS_MDC_ENCODE_H

#include <stdbool.h>

/**
 * Write the descriptors of a dataset, each to a file of its own.
 *
 * @param factors  such as "2x2x2", one for each axis, or one number for all
 * @param tell     whether to print the names of the files
 */
void fan_mdctool_encode(const char *input, const char *output, const char *factors, bool tell);

/** Write a dataset from those of its descriptors that are there; the rest is interpolated. */
void fan_mdctool_decode(char *const names[], int count, const char *output);

#endif
