/* SPDX-License-Identifier: BSD-3-Clause */
/** @file extents.h  Where a file has data, and where holes. */
#ifndef FAN_COPY_WALK_EXTENTS_H
#define FAN_COPY_WALK_EXTENTS_H

#include "copy/model/manifest.h"

/**
 * Add the extents of the regular file `path` to the last entry of the manifest.
 *
 * @param status  what stat() says of it; a file with as many blocks as its size needs is not opened
 * @return 0 or an errno value
 */
int fan_copy_extents_read(fan_copy_manifest *manifest, const char *path, const struct stat *status);

#endif
