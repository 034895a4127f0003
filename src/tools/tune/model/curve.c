/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/model/curve.h"

#include <string.h>

/* A new one if there is none at x; NULL if the curve is full. */
static fan_tune_point *point_at(fan_tune_curve *curve, double x)
{
    for (int i = 0; i < curve->count; i++)
        if (curve->points[i].x == x)
            return &curve->points[i];
    if (curve->count == FAN_TUNE_POINTS)
        return NULL;
    fan_tune_point *point = &curve->points[curve->count++];
    *point = (fan_tune_point){.x = x};
    return point;
}

void fan_tune_curve_add(fan_tune_curve *curve, double x, double sample)
{
    fan_tune_point *point = point_at(curve, x);
    if (point != NULL && point->count < FAN_TUNE_SAMPLES)
        point->samples[point->count++] = sample;
}

fan_summary fan_tune_curve_summary(const fan_tune_curve *curve, int point)
{
    const fan_tune_point *p = &curve->points[point];
    double sorted[FAN_TUNE_SAMPLES];
    memcpy(sorted, p->samples, (size_t)p->count * sizeof *sorted);
    return fan_summarize(sorted, p->count);
}

double fan_tune_curve_median(const fan_tune_curve *curve, int point)
{
    return fan_tune_curve_summary(curve, point).median;
}
