/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/model/crossover.h"

#include <sys/param.h>

int fan_tune_crossover(const fan_tune_curve *mpi, const fan_tune_curve *fanout)
{
    int first = fanout->count;
    while (first > 0 &&
           fan_tune_curve_median(fanout, first - 1) <= fan_tune_curve_median(mpi, first - 1))
        first--;
    return first;
}

int64_t fan_tune_min_bytes(const fan_tune_curve *mpi, const fan_tune_curve *fanout, int64_t preset)
{
    int first = fan_tune_crossover(mpi, fanout), last = fanout->count - 1;
    if (first <= last)
        return (int64_t)fanout->points[first].x;
    return last < 0 ? preset : MAX(preset, (int64_t)(2 * fanout->points[last].x));
}
