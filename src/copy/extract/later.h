/* SPDX-License-Identifier: BSD-3-Clause */
/** @file later.h  What has to be looked at again when all is there. Local. */
#ifndef FAN_COPY_EXTRACT_LATER_H
#define FAN_COPY_EXTRACT_LATER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

typedef struct fan_copy_later_item {
    char *path;
    struct timespec modified;
} fan_copy_later_item;

/** Begin with {0}. */
typedef struct fan_copy_later {
    fan_copy_later_item *items;
    size_t count, room;
} fan_copy_later;

/** Add an item with a copy of `path`. False without memory. */
bool fan_copy_later_add(fan_copy_later *later, const char *path, struct timespec modified);

void fan_copy_later_free(fan_copy_later *later);

#endif
