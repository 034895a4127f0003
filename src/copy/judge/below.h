/* SPDX-License-Identifier: BSD-3-Clause */
/** @file below.h  Names in archives and where symbolic links lead. Local. */
#ifndef FAN_COPY_JUDGE_BELOW_H
#define FAN_COPY_JUDGE_BELOW_H

#include <stdbool.h>
#include <stddef.h>

typedef enum fan_copy_below_way {
    FAN_COPY_BELOW_INSIDE,
    FAN_COPY_BELOW_OUTSIDE,
    /** ".." follows a name, which may be a link: it can only be known when all is there */
    FAN_COPY_BELOW_UNKNOWN
} fan_copy_below_way;

/** Where the link `path`, a name as fan_copy_below_normalise makes it, leads with `content`. */
fan_copy_below_way fan_copy_below_lead(const char *path, const char *content);

/** Whether the link at `path`, all of which is there by now, ends below the directory `root`. */
bool fan_copy_below_ends(const char *root, const char *path);

/**
 * `name` without ".", slashes that say nothing, and the slashes at the beginning; "" is the top.
 *
 * @return NULL, or why it cannot be a name below a directory: ".." in it, or too long
 */
const char *fan_copy_below_normalise(const char *name, char *path, size_t size);

#endif
