/* SPDX-License-Identifier: BSD-3-Clause */
/** @file keys.h  The keys of an MPI_Info that are options of a copy. */
#ifndef FAN_COPY_LIBRARY_KEYS_H
#define FAN_COPY_LIBRARY_KEYS_H

#include "copy/options/options.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * Set an option. Local. `value` must stay.
 *
 * @param wrong  [out] why not: what would be right
 * @return false if the key or its value is wrong
 */
bool fan_copylib_key_set(fan_copy_options *options, const char *key, const char *value, char *wrong,
                         size_t size);

#endif
