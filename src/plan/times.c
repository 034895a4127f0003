/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/times.h"

#include <stdlib.h>

void fan_times_add(fan_times *t, double seconds)
{
    if (t->count < FAN_TIMES_MOST)
        t->seconds[t->count++] = seconds;
}

static int compare(const void *a, const void *b)
{
    const double *first = a, *second = b;
    return (*first > *second) - (*first < *second);
}

static double nth(const fan_times *t, int n)
{
    fan_times sorted = *t;
    qsort(sorted.seconds, (size_t)sorted.count, sizeof sorted.seconds[0], compare);
    return sorted.seconds[n];
}

double fan_times_typical(const fan_times *t)
{
    return t->count == FAN_TIMES_MOST ? nth(t, t->count * 3 / 4) : fan_times_median(t);
}

double fan_times_median(const fan_times *t)
{
    return nth(t, t->count / 2);
}
