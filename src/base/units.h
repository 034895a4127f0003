/* SPDX-License-Identifier: BSD-3-Clause */
/** @file units.h  Sizes as people write them: 64K, 1.5G, 200M (powers of 1024). */
#ifndef FAN_BASE_UNITS_H
#define FAN_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Parse "4096", "64K", "1.5GiB", "2tb" into bytes. False if the text is anything else, negative or
 * above 2^62.
 */
bool fan_parse_bytes(const char *text, int64_t *bytes);

/** Of sizes, each a power of two; the last one has all that are larger. */
enum { FAN_SIZE_CLASSES = 48 };

/** The class of so many bytes; 0 for less than 2. */
int fan_size_class(int64_t bytes);

/** Write "64.0 MiB" and the like into `text` (at least 16 chars) and return it. */
char *fan_format_bytes(int64_t bytes, char *text, size_t size);

/** Write "1.50 us", "2.3 ms", "4.1 s" into `text` and return it. */
char *fan_format_seconds(double seconds, char *text, size_t size);

#endif
