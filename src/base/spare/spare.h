/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file spare.h  Memory for what must not fail: the part of a rank in a broadcast, for which other
 * ranks wait and cannot be told that it does not come.
 *
 * It is malloc's. Where malloc has none, it is of FAN_SPARE_BYTES that each process has from the
 * start. All functions are local and thread-safe.
 */
#ifndef FAN_BASE_SPARE_H
#define FAN_BASE_SPARE_H

#include <stdbool.h>
#include <stddef.h>

enum {
    /** Enough for the window of a broadcast, whose pages are not touched before they are used. */
    FAN_SPARE_BYTES = 4 * 1024 * 1024
};

/** As malloc. fan_spare_free releases it. NULL only if the spare memory is exhausted, too. */
void *fan_spare_malloc(size_t bytes);

/** As calloc. */
void *fan_spare_calloc(size_t count, size_t size);

/** The same with fewer bytes, perhaps elsewhere. */
void *fan_spare_shrink(void *memory, size_t bytes);

/** As free: of what the functions of this file, or malloc, have given. */
void fan_spare_free(void *memory);

/** As fan_array_reserve, for an array that fan_spare_free releases. */
bool fan_spare_reserve(void *array, size_t *room, size_t needed, size_t size);

#endif
