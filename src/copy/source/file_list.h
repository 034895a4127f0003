/* SPDX-License-Identifier: BSD-3-Clause */
/** @file file_list.h  --files-from: names below the only source. */
#ifndef FAN_COPY_SOURCE_FILE_LIST_H
#define FAN_COPY_SOURCE_FILE_LIST_H

#include "copy/source/catalog.h"

#include <stddef.h>

/**
 * Adds `path` and all below it to `target`; the names of entries begin after `prefix` bytes of the
 * path.
 */
typedef void fan_copy_walk_fn(fan_copy_catalog *catalog, int target, const char *path,
                              size_t prefix);

/**
 * Add the source itself, what the list names, and the directories on the way there. Names end with
 * a newline (or CR and newline), with `from0` with a NUL; empty ones are passed over, and nothing
 * is a comment.
 */
void fan_copy_file_list_scan(fan_copy_catalog *catalog, fan_copy_walk_fn *walk);

#endif
