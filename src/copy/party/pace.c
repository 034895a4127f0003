/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/party/pace.h"

#include "copy/job/memory.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

double fan_copy_pace_usual(const fan_copy_pace *pace)
{
    size_t size = (size_t)pace->size;
    double *sorted = fan_copy_allocate(size, sizeof *sorted);
    memcpy(sorted, pace->rates, size * sizeof *sorted);
    qsort(sorted, size, sizeof *sorted, compare);
    double usual = sorted[size / 2];
    free(sorted);
    return usual;
}

static bool is_slow(const fan_copy_pace *pace, double rate, double usual)
{
    const double clearly = 2, about = 1.5;
    return clearly * rate < usual && rate < about * pace->now &&
           pace->left / rate - pace->left / usual > FAN_COPY_PACE_GAIN;
}

int fan_copy_pace_find(const fan_copy_pace *pace, bool *slow)
{
    double usual = fan_copy_pace_usual(pace);
    int count = 0;
    for (int i = 0; i < pace->size; i++) {
        slow[i] = i > 0 && is_slow(pace, pace->rates[i], usual);
        count += slow[i];
    }
    return count;
}
