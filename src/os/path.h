/* SPDX-License-Identifier: BSD-3-Clause */
/** @file path.h  Names: % expansion, the parts of a path, putting paths together, FILE:/OBJECT. */
#ifndef FAN_OS_PATH_H
#define FAN_OS_PATH_H

#include <stdbool.h>
#include <stddef.h>

/** Whether every % of `pattern` is followed by h, r or %. */
bool fan_os_path_valid(const char *pattern);

/** Whether `pattern` has a %r, so that every rank has a name of its own. */
bool fan_os_path_per_rank(const char *pattern);

/**
 * Replace %h, %r and %% of a valid `pattern`.
 *
 * @return 0, or ENAMETOOLONG if the result does not fit
 */
int fan_os_path_expand(const char *pattern, const char *host, int rank, char *path, size_t size);

/** Append "/NAME" to `path`; without a second slash if it ends with one. 0 or ENAMETOOLONG. */
int fan_os_path_append(char *path, size_t size, const char *name);

/** Remove the slashes at the end, but for the root's. */
void fan_os_path_trim(char *path);

/**
 * If `path` is an existing directory, make it the file `name` in there, as cp does.
 *
 * @return 0 (a regular file or nothing is at `path`), or an errno value: ENAMETOOLONG, EISDIR (a
 *         directory is in the way), EINVAL (something else that is not a regular file is), ENOTDIR
 *         (`path` ends with a slash and is not a directory), or what stat() says
 */
int fan_os_path_into_directory(char *path, size_t size, const char *name);

/** A name of the directory that `path` is in. Cut off if it does not fit. */
void fan_os_path_parent(const char *path, char *parent, size_t size);

/**
 * The absolute path of the running program, also where /proc is not mounted.
 *
 * @param path  [PATH_MAX]; "" if it is not known
 */
void fan_os_path_self(char *path);

/** The last component of `path`. */
const char *fan_os_path_base(const char *path);

/**
 * The name that a copy of `source` gets in a directory: its last component, "." if that says
 * nothing (".", "..", "/").
 */
void fan_os_path_name(const char *source, char *name, size_t size);

/**
 * Split "dir/file.h5:/group/dataset", by which programs name a part of an HDF5 file, at the last
 * ":/" into "dir/file.h5" and "/group/dataset". False, with `words` unchanged, if nothing stands
 * before or behind. (A file whose own name is of this form comes first: that is the caller's
 * business.)
 *
 * @param words  is changed: the colon becomes the end of the path
 */
bool fan_os_split_object_path(char *words, const char **path, const char **object);

#endif
