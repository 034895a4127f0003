/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/record/clock_offset.h"

void fan_clock_improve(fan_clock_offset *best, double sent, double answer, double received)
{
    double middle = (sent + received) / 2, error = (received - sent) / 2;
    if (error < best->error)
        *best = (fan_clock_offset){.time = middle, .offset = answer - middle, .error = error};
}

double fan_clock_convert(const fan_clock_offset *first, const fan_clock_offset *last, double time)
{
    if (last->time <= first->time)
        return time + first->offset;
    double part = (time - first->time) / (last->time - first->time);
    return time + first->offset + part * (last->offset - first->offset);
}
