/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file memory.h  Memory, or the end of the job: no part of a copy can do without.
 *
 * A library cannot end the job, so it keeps some in reserve. Where malloc has none it gets that;
 * who could need much more, as the search in a tree, then stops, with an error that can be told.
 */
#ifndef FAN_COPY_JOB_MEMORY_H
#define FAN_COPY_JOB_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All are local, thread-safe, and end the job by fan_copy_abort if there is no memory. */

/** `count` elements of `size` bytes, all zero, as by calloc(), but never NULL. */
void *fan_copy_allocate(size_t count, size_t size);

/** fan_array_reserve: make room for `needed` elements of `size` bytes in `array`, a T **. */
void fan_copy_grow(void *array, size_t *room, int64_t needed, size_t size);

/** A copy of `text`, for the caller to free. */
char *fan_copy_strdup(const char *text);

/** What printf() would print, for the caller to free. */
char *fan_copy_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- the reserve ---- */

/** Keep so much in reserve, until fan_copy_memory_release. False if there is less. */
bool fan_copy_memory_reserve(size_t bytes);

/** Keep nothing any more. */
void fan_copy_memory_release(void);

/** Since the last fan_copy_memory_reserve malloc had none. Thread-safe. */
bool fan_copy_memory_is_short(void);

/** Whether malloc has so much at this moment. */
bool fan_copy_memory_is_there(size_t bytes);

#endif
