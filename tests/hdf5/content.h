/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file content.h  Everything that can be read in an HDF5 file, as one number; and what HDF5 says
 * about a failure.
 */
#ifndef FAN_TESTS_CONTENT_H
#define FAN_TESTS_CONTENT_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * A hash of all names, types, dataspaces, attributes and data, and of what cannot be read. Data of
 * variable length counts if it is strings.
 */
uint64_t content_hash(hid_t file_or_group);

/** That of the file at `path`, opened as usual; 0 if it cannot be opened. */
uint64_t content_hash_of(const char *path);

/** Whether the topmost error is of the class "fanout", and has `text` in it. */
bool error_says(const char *text);

#endif
