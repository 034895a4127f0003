/* SPDX-License-Identifier: BSD-3-Clause */
/** @file file_list.h  --files-from: names below the only source. */
#ifndef FAN_COPY_SOURCE_FILE_LIST_H
#define FAN_COPY_SOURCE_FILE_LIST_H

#include "copy/source/catalog.h"
#include "copy/walk/walk.h"

/** Adds what was found, and all below it, to `target`. */
typedef void fan_copy_file_list_fn(fan_copy_catalog *catalog, int target, fan_copy_found *found);

/**
 * Add the source itself, what the list names, and the directories on the way there. Names end with
 * a newline (or CR and newline), with `from0` with a NUL; empty ones are passed over, and nothing
 * is a comment.
 */
void fan_copy_file_list_scan(fan_copy_catalog *catalog, fan_copy_walk *walk,
                             fan_copy_file_list_fn *end);

#endif
