/* SPDX-License-Identifier: BSD-3-Clause */
/** @file keys.h  The keys of an MPI_Info that are options of a copy. */
#ifndef FAN_COPY_LIBRARY_KEYS_H
#define FAN_COPY_LIBRARY_KEYS_H

#include "copy/options/options.h"

#include <stdbool.h>
#include <stddef.h>

/** What is copied. */
typedef enum fan_copylib_what {
    FAN_COPYLIB_FILE = 1,
    FAN_COPYLIB_TREE = 2,
    FAN_COPYLIB_ANY = FAN_COPYLIB_FILE | FAN_COPYLIB_TREE
} fan_copylib_what;

/** The name of the function that copies it. */
const char *fan_copylib_function(fan_copylib_what what);

/**
 * Set an option. Local. `value` must stay, and may be changed.
 *
 * @param wrong  [out] why not: what would be right
 * @return false if the key or its value is wrong
 */
bool fan_copylib_key_set(fan_copy_options *options, fan_copylib_what what, const char *key,
                         char *value, char *wrong, size_t size);

#endif
