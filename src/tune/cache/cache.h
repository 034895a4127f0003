/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file cache.h  A file for a set of hosts and an MPI library, in the syntax of a tune file, with
 * the parameters latency, overhead and bandwidth. It is good for a week.
 */
#ifndef FAN_TUNE_CACHE_CACHE_H
#define FAN_TUNE_CACHE_CACHE_H

#include "base/status.h"
#include "tune/params.h"

#include <stdbool.h>

/** The name of a file: 32 hexadecimal digits. */
typedef struct fan_cache_name {
    char text[33];
} fan_cache_name;

/**
 * The name for a set of hosts. Local, thread-safe.
 *
 * @param library  the version of the MPI library, as it says it
 * @param hosts    [count] of the nodes: they are sorted, so that their order does not matter
 */
fan_cache_name fan_cache_name_of(const char *library, const char **hosts, int count);

/**
 * Read the three parameters. Local, thread-safe. It fails, with a text that names the file, if it
 * is there but cannot be believed: a link, another user's, too long, too old, or with anything but
 * these three in it.
 *
 * @param params  receives them; others are untouched
 * @param found   receives whether there is such a file
 */
fan_status fan_cache_read(const fan_cache_name *name, fan_params *params, bool *found);

/**
 * Write the three parameters, and remove files that are too old. Local, thread-safe; several
 * processes may do it at once: a reader sees one file or the other. Fails, with a text that names
 * the folder or the file, and leaves nothing.
 */
fan_status fan_cache_write(const fan_cache_name *name, const fan_params *params);

#endif
