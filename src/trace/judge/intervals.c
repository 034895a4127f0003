/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/judge/intervals.h"

#include <math.h>
#include <stdlib.h>

static int by_begin(const void *a, const void *b)
{
    const fan_judge_interval *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

size_t fan_judge_intervals_unite(fan_judge_interval *v, size_t count)
{
    size_t united = 0;
    qsort(v, count, sizeof *v, by_begin);
    for (size_t i = 0; i < count; i++) {
        if (united > 0 && v[i].begin <= v[united - 1].end)
            v[united - 1].end = fmax(v[united - 1].end, v[i].end);
        else
            v[united++] = v[i];
    }
    return united;
}

double fan_judge_intervals_length(const fan_judge_interval *v, size_t count)
{
    double length = 0;
    for (size_t i = 0; i < count; i++)
        length += v[i].end - v[i].begin;
    return length;
}

double fan_judge_intervals_common(const fan_judge_interval *a, size_t a_count,
                                  const fan_judge_interval *b, size_t b_count)
{
    double common = 0;
    for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
        common += fmax(0, fmin(a[i].end, b[j].end) - fmax(a[i].begin, b[j].begin));
        if (a[i].end < b[j].end)
            i++;
        else
            j++;
    }
    return common;
}
