/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/model/fit.h"

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

/* Least squares, with u = 1/x and v = seconds/x: v = slope + start * u. */
fan_tune_line fan_tune_fit_all(const fan_tune_curve *curve)
{
    double n = curve->count, u_sum = 0, v_sum = 0, uu = 0, uv = 0;
    for (int i = 0; i < curve->count; i++) {
        double u = 1 / curve->points[i].x, v = fan_tune_curve_median(curve, i) * u;
        u_sum += u;
        v_sum += v;
        uu += u * u;
        uv += u * v;
    }
    double start = (n * uv - u_sum * v_sum) / (n * uu - u_sum * u_sum);
    return (fan_tune_line){.start = start, .slope = (v_sum - start * u_sum) / n};
}

bool fan_tune_is_straight(const fan_tune_curve *curve, double tolerance)
{
    if (curve->count < 3)
        return false;
    double before = fan_tune_fit(curve, curve->count - 2).slope;
    double after = fan_tune_fit(curve, curve->count - 1).slope;
    return fabs(after - before) <= tolerance * after;
}
