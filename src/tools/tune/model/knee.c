/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/model/knee.h"

#include "tools/tune/model/model.h"

static const double good_enough = 0.95;

int fan_tune_knee(const fan_tune_curve *rates)
{
    if (rates->count == 0)
        return 0;
    double best = 0;
    for (int i = 0; i < rates->count; i++)
        if (fan_tune_curve_median(rates, i) > best)
            best = fan_tune_curve_median(rates, i);
    int last = rates->count - 1;
    while (last > 0 && rates->points[last].count >= FAN_TUNE_SURE &&
           fan_tune_curve_median(rates, last) < good_enough * best)
        last--;
    return (int)rates->points[last].x;
}

int fan_tune_connections(const fan_tune_curve *rates, int preset)
{
    if (rates->count == 0)
        return preset;
    int knee = fan_tune_knee(rates), largest = (int)rates->points[rates->count - 1].x;
    return knee == largest && knee < preset ? preset : knee;
}
