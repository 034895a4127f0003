/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/common/summary.h"

#include <stdlib.h>

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

fan_summary fan_summarize(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
    return (fan_summary){
        .median = (values[(count - 1) / 2] + values[count / 2]) / 2,
        .minimum = values[0],
        .maximum = values[count - 1],
    };
}
