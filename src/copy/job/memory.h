/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file memory.h  Memory, or the end of the job: no part of a copy can do without. All functions
 * are local and thread-safe, and end the job by fan_copy_abort if there is no memory.
 */
#ifndef FAN_COPY_JOB_MEMORY_H
#define FAN_COPY_JOB_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/** `count` elements of `size` bytes, all zero, as by calloc(), but never NULL. */
void *fan_copy_allocate(size_t count, size_t size);

/** fan_array_reserve: make room for `needed` elements of `size` bytes in `array`, a T **. */
void fan_copy_grow(void *array, size_t *room, int64_t needed, size_t size);

/** A copy of `text`, for the caller to free. */
char *fan_copy_strdup(const char *text);

/** What printf() would print, for the caller to free. */
char *fan_copy_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
