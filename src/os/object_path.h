/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file object_path.h  FILE:/OBJECT, by which programs name a part of an HDF5 file. Needs no HDF5.
 */
#ifndef FAN_OS_OBJECT_PATH_H
#define FAN_OS_OBJECT_PATH_H

#include <stdbool.h>

/**
 * Split "dir/file.h5:/group/dataset" at the last ":/" into "dir/file.h5" and "/group/dataset".
 * False if `words` is not of that form: there is nothing before or behind. (A file of that whole
 * name comes first: that is the caller's business.)
 *
 * @param words  is changed: the colon becomes the end of the path
 */
bool fan_os_split_object_path(char *words, const char **path, const char **object);

#endif
