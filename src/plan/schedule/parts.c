/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/parts.h"

#include <sys/param.h>

/* The first of the subfiles that part `part` is cut into. */
static int64_t first_subfile(const fan_parts *parts, int subfiles, int64_t part)
{
    return (part * subfiles + parts->count - 1) / parts->count;
}

static int64_t cut_inside(const fan_parts *parts, int subfiles, int subfile)
{
    int64_t part = (int64_t)subfile * parts->count / subfiles;
    if (part == parts->count)
        return parts->at[part];
    int64_t first = first_subfile(parts, subfiles, part);
    int64_t pieces = first_subfile(parts, subfiles, part + 1) - first, before = subfile - first;
    int64_t length = parts->at[part + 1] - parts->at[part];
    return parts->at[part] + length / pieces * before + MIN(before, length % pieces);
}

int64_t fan_parts_cut(const fan_parts *parts, int subfiles, int subfile)
{
    if (parts->count < subfiles)
        return cut_inside(parts, subfiles, subfile);
    int64_t each = parts->count / subfiles, longer = parts->count % subfiles;
    return parts->at[each * subfile + MIN(subfile, longer)];
}

static bool is_even(const fan_parts *parts, int subfiles)
{
    int64_t left = parts->count % subfiles;
    return left == 0 || left == subfiles - 1;
}

bool fan_parts_suit(const fan_parts *parts, int subfiles, int most)
{
    if (parts->count < most)
        return parts->count == 1 || subfiles == parts->count;
    while (!is_even(parts, most))
        most--;
    return subfiles == most;
}
