/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file made.h  Sources that are made for the copy, in a temporary directory of the source's host:
 * a part of an HDF5 file, with --mdc its descriptors, and what files hold that do not say how much.
 */
#ifndef FAN_COPY_SOURCE_MADE_H
#define FAN_COPY_SOURCE_MADE_H

#include <stdbool.h>
#include <stddef.h>

/** Whether `source` is not a file, but could be FILE:/OBJECT with a file that is there. */
bool fan_copy_made_needed(const char *source);

/**
 * Write the object that FILE:/OBJECT means to a separate file.
 *
 * @param path  receives its path, the last component of which is OBJECT's with .h5. For the caller
 *              to free
 * @return whether that was possible; otherwise `error` says why not
 */
bool fan_copy_made_extract(const char *source, char **path, char *error, size_t size);

/**
 * Write the descriptors of a dataset, with fanout-mdc.
 *
 * @param factors  as for fanout-mdc
 * @param paths    receives an array of `count` paths in the order of the descriptors, for the
 *                 caller to free, as well as each of them
 */
bool fan_copy_made_descriptors(const char *source, const char *factors, char ***paths, int *count,
                               char *error, size_t size);

/**
 * A name for another file, which the caller makes.
 *
 * @return in memory that the caller frees; NULL, with `error`, if there is no place for it
 */
char *fan_copy_made_name(const char *name, char *error, size_t size);

/** Remove everything that was made. */
void fan_copy_made_remove(void);

#endif
