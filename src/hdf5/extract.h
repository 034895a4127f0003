/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file extract.h  A dataset or a group of an HDF5 file as a file of its own, and the words FILE:/OBJECT for it. For
 * programs: needs neither MPI nor libfanout_hdf5.
 */
#ifndef FAN_HDF5_EXTRACT_H
#define FAN_HDF5_EXTRACT_H

#include "base/status.h"

#include <stdbool.h>

/**
 * Split "dir/file.h5:/group/dataset" at the last ":/" into "dir/file.h5" and "/group/dataset". False if `words` is not of
 * that form: there is nothing before or behind. (A file of that whole name comes first: that is the caller's business.)
 *
 * @param words  is changed: the colon becomes the end of the path
 */
bool fan_h5_split_words(char *words, const char **path, const char **object);

/**
 * Write an object of the file at `path`, with its attributes and all that is below it, to the file `target`, under the same
 * name (groups above it are made, without their attributes). What is at `target` is replaced. Soft and external links
 * are copied as they are; references to objects become null.
 *
 * @return FAN_ERR_SYSTEM with the reason in fan_fail_text(), and without `target`
 */
fan_status fan_h5_extract(const char *path, const char *object, const char *target);

#endif
