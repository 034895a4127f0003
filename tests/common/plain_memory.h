/* SPDX-License-Identifier: BSD-3-Clause */
/** @file plain_memory.h  In the place of copy/job/memory.c, which ends a whole MPI job when memory is short. */
#ifndef FAN_TESTS_UNIT_PLAIN_MEMORY_H
#define FAN_TESTS_UNIT_PLAIN_MEMORY_H

#include "copy/job/memory.h"

#include <check.h>
#include <stdlib.h>

void *fan_copy_allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

void fan_copy_grow(void **array, int64_t *room, int64_t needed, size_t size)
{
    if (needed <= *room)
        return;
    *room = 2 * needed;
    *array = realloc(*array, (size_t)*room * size);
    ck_assert_ptr_nonnull(*array);
}

#endif
