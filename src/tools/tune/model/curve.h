/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file curve.h  Repeated measurements of something at growing x. Fixed in size, so that nothing is
 * to free.
 */
#ifndef FAN_TOOLS_TUNE_MODEL_CURVE_H
#define FAN_TOOLS_TUNE_MODEL_CURVE_H

#include "tools/common/summary.h"

enum { FAN_TUNE_SAMPLES = 24, FAN_TUNE_POINTS = 16 };

typedef struct fan_tune_point {
    double x;
    int count;
    double samples[FAN_TUNE_SAMPLES];
} fan_tune_point;

typedef struct fan_tune_curve {
    int count;
    fan_tune_point points[FAN_TUNE_POINTS]; /**< in order of x */
} fan_tune_curve;

/**
 * Add one sample at `x`, which is that of a point or larger than all. Of more than fits, the first
 * ones are kept.
 */
void fan_tune_curve_add(fan_tune_curve *curve, double x, double sample);

/** Of the samples of point number `point`. */
fan_summary fan_tune_curve_summary(const fan_tune_curve *curve, int point);

/** The median of point number `point`. */
double fan_tune_curve_median(const fan_tune_curve *curve, int point);

#endif
