/* SPDX-License-Identifier: BSD-3-Clause */
/** @file memory.h  Memory, or the end of the job: no part of a copy can do without. */
#ifndef FAN_COPY_JOB_MEMORY_H
#define FAN_COPY_JOB_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/** calloc() that ends the job if it fails. */
void *fan_copy_allocate(size_t count, size_t size);

/** Make room for `needed` elements of `size` bytes in *array, which has room for *room. */
void fan_copy_grow(void **array, int64_t *room, int64_t needed, size_t size);

#endif
