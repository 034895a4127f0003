/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/array.h"
#include "copy/extract/later.h"

#include <stdlib.h>
#include <string.h>

bool fan_copy_later_add(fan_copy_later *later, const char *path, struct timespec modified)
{
    char *copy = strdup(path);
    if (copy == NULL ||
        !fan_array_reserve(&later->items, &later->room, later->count + 1, sizeof *later->items)) {
        free(copy);
        return false;
    }
    later->items[later->count++] = (fan_copy_later_item){copy, modified};
    return true;
}

void fan_copy_later_free(fan_copy_later *later)
{
    for (size_t i = 0; i < later->count; i++)
        free(later->items[i].path);
    free(later->items);
    *later = (fan_copy_later){0};
}
