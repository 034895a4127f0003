/* SPDX-License-Identifier: BSD-3-Clause */
/** @file folder.h  Where files of the cache are: fanout below $XDG_CACHE_HOME, or $HOME/.cache. */
#ifndef FAN_TUNE_CACHE_FOLDER_H
#define FAN_TUNE_CACHE_FOLDER_H

#include "base/status.h"

#include <stdbool.h>
#include <sys/stat.h>

/**
 * Open the folder. Local, thread-safe. It fails, with a text, if the folder is a link, belongs to
 * another user, or can be written by others. Neither variable counts in a setuid program, nor does
 * a path that is not absolute (XDG Base Directory Specification).
 *
 * @param make  make it, for this user only, if it is not there
 * @param fd    receives what close() closes; -1 if there is no such folder
 */
fan_status fan_cache_folder(bool make, int *fd);

/** Whether nobody but this user can have written it. Local. */
bool fan_cache_is_private(const struct stat *entry);

#endif
