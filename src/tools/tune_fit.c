/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune_fit.h"

#include <math.h>

static double slope_between(const fan_tune_point *a, const fan_tune_point *b)
{
    double slopes[FAN_TUNE_SAMPLES * FAN_TUNE_SAMPLES];
    int count = 0;
    for (int i = 0; i < a->count; i++)
        for (int j = 0; j < b->count; j++)
            slopes[count++] = (b->samples[j] - a->samples[i]) / (b->x - a->x);
    return fan_summarize(slopes, count).median;
}

fan_tune_line fan_tune_fit(const fan_tune_curve *curve, int last)
{
    double x = curve->points[last].x, seconds = fan_tune_curve_median(curve, last);
    double slope = last > 0 ? slope_between(&curve->points[last - 1], &curve->points[last]) : 0;
    if (!(slope > 0))
        slope = seconds / x;
    return (fan_tune_line){.start = seconds - slope * x, .slope = slope};
}

bool fan_tune_is_straight(const fan_tune_curve *curve, double tolerance)
{
    if (curve->count < 3)
        return false;
    double before = fan_tune_fit(curve, curve->count - 2).slope;
    double after = fan_tune_fit(curve, curve->count - 1).slope;
    return fabs(after - before) <= tolerance * after;
}
