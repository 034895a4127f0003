/* SPDX-License-Identifier: BSD-3-Clause */
/** @file compare.h  How far one dataset is from another; what a descriptor is. */
#ifndef FAN_TOOLS_MDC_COMPARE_H
#define FAN_TOOLS_MDC_COMPARE_H

/**
 * Print PSNR (against the range of the original's values), maximum and root mean square error of a
 * dataset against the original. Where only one of them has a number (NaN, fill value), that is
 * counted and said.
 */
void fan_mdctool_compare(const char *original, const char *other);

/** Print what a descriptor is of, and which one. */
void fan_mdctool_info(const char *name);

#endif
