/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/rescue/ranges.h"

#include "base/spare/spare.h"

#include <string.h>
#include <sys/param.h>

/* The first range that ends at `offset` or behind it. */
static size_t find(const fan_ranges *set, int64_t offset)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->ranges[middle].to < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool fan_ranges_add(fan_ranges *set, int64_t offset, int64_t bytes)
{
    fan_range added = {offset, offset + bytes};
    size_t first = find(set, added.from), end = first;
    if (!fan_spare_reserve(&set->ranges, &set->room, set->count + 1, sizeof *set->ranges))
        return false;
    for (; end < set->count && set->ranges[end].from <= added.to; end++) {
        added.from = MIN(added.from, set->ranges[end].from);
        added.to = MAX(added.to, set->ranges[end].to);
    }
    memmove(&set->ranges[first + 1], &set->ranges[end], (set->count - end) * sizeof added);
    set->ranges[first] = added;
    set->count += first + 1 - end;
    return true;
}

bool fan_ranges_have(const fan_ranges *set, int64_t offset, int64_t bytes)
{
    size_t i = find(set, offset + 1);
    return i < set->count && set->ranges[i].from <= offset && set->ranges[i].to >= offset + bytes;
}

void fan_ranges_free(fan_ranges *set)
{
    fan_spare_free(set->ranges);
    *set = (fan_ranges){0};
}
