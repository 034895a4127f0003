/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/job/stop.h"

#include <stdlib.h>

void *fan_copy_allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        fan_copy_abort("out of memory");
    return memory;
}

void fan_copy_grow(void **array, int64_t *room, int64_t needed, size_t size)
{
    if (needed <= *room)
        return;
    int64_t larger = needed > 2 * *room ? needed : 2 * *room;
    void *moved = realloc(*array, (size_t)larger * size);
    if (moved == NULL)
        fan_copy_abort("out of memory");
    *array = moved;
    *room = larger;
}
