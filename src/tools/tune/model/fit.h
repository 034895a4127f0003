/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fit.h  Lines through measured times: through the two largest, for what a byte takes, or
 * through all, for what is there besides the bytes.
 *
 * Of the two largest transfers, the slope is the median of those between all samples of one and all
 * of the other (H. Theil, 1950; P. Sen, JASA 63, 1968): up to a quarter of the samples may be
 * disturbed and it hardly moves. Only the largest two sizes, because what comes before is another
 * line: links let a burst through at full speed, protocols change with the size, connections need
 * time to get fast.
 */
#ifndef FAN_TOOLS_TUNE_MODEL_FIT_H
#define FAN_TOOLS_TUNE_MODEL_FIT_H

#include "tools/tune/model/curve.h"

#include <stdbool.h>

typedef struct fan_tune_line {
    double start; /**< seconds */
    double slope; /**< seconds per byte */
} fan_tune_line;

/**
 * Fit a line to points number `last - 1` and `last`. If it would not rise, because the noise is
 * larger than the difference, the line goes from the origin to the median of the last point.
 */
fan_tune_line fan_tune_fit(const fan_tune_curve *curve, int last);

/**
 * Fit a line to the medians of all points. Noise is in proportion to the time, and so the times per
 * x are fitted, over 1/x: a line through the two largest would have to be known to a part in a
 * thousand to tell where it starts.
 */
fan_tune_line fan_tune_fit_all(const fan_tune_curve *curve);

/** True if the slope up to the last point is within `tolerance` (0.02: 2 %) of the one before. */
bool fan_tune_is_straight(const fan_tune_curve *curve, double tolerance);

#endif
