/* SPDX-License-Identifier: BSD-3-Clause */
/** @file summary.h  The median of some measured values, and how far they lie apart. */
#ifndef FAN_TOOLS_COMMON_SUMMARY_H
#define FAN_TOOLS_COMMON_SUMMARY_H

typedef struct fan_summary {
    double median;
    double minimum;
    double maximum;
} fan_summary;

/** Of `count` values, at least one. Sorts them. */
fan_summary fan_summarize(double *values, int count);

#endif
