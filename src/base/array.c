/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

bool fan_array_reserve(void *array, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return true;
    /* reallocarray notices a product that is too large. */
    void *old;
    memcpy(&old, array, sizeof old);
    size_t larger = MAX(needed, 2 * *room);
    void *moved = reallocarray(old, larger, size);
    if (moved == NULL)
        return false;
    memcpy(array, &moved, sizeof moved);
    *room = larger;
    return true;
}
