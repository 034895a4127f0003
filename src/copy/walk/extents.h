/* SPDX-License-Identifier: BSD-3-Clause */
/** @file extents.h  Where a file has data, and where holes. */
#ifndef FAN_COPY_WALK_EXTENTS_H
#define FAN_COPY_WALK_EXTENTS_H

#include "copy/model/manifest.h"

/** Begin with {0}. */
typedef struct fan_copy_extents {
    fan_copy_extent *list; /**< for the caller to free */
    int64_t count;
    size_t room;
} fan_copy_extents;

void fan_copy_extents_add(fan_copy_extents *extents, int64_t offset, int64_t bytes);

/**
 * Add the extents of the regular file `path`. Thread-safe.
 *
 * @param status  what stat() says of it; a file with as many blocks as its size needs is not opened
 * @return 0 or an errno value
 */
int fan_copy_extents_read(fan_copy_extents *extents, const char *path, const struct stat *status);

#endif
