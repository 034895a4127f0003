/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/spare/spare.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { PAGE = 4096, PAGES = FAN_SPARE_BYTES / PAGE };

static _Alignas(PAGE) unsigned char pages[PAGES][PAGE];
/* Of the block that begins with this page, in pages; 0: none does. */
static int blocks[PAGES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The first of `count` pages that are free; -1: there are none. */
static int find(int count)
{
    int first = 0;
    for (int page = 0; page < PAGES && page - first < count;) {
        if (blocks[page] > 0)
            first = page + blocks[page];
        page = MAX(page + 1, first);
    }
    return first + count <= PAGES ? first : -1;
}

static void *take(size_t bytes)
{
    if (bytes > FAN_SPARE_BYTES)
        return NULL;
    int count = (int)(MAX(bytes, 1) + PAGE - 1) / PAGE;
    pthread_mutex_lock(&lock);
    int first = find(count);
    if (first >= 0)
        blocks[first] = count;
    pthread_mutex_unlock(&lock);
    return first >= 0 ? pages[first] : NULL;
}

static bool is_ours(const void *memory)
{
    uintptr_t at = (uintptr_t)memory, begin = (uintptr_t)pages;
    return at >= begin && at < begin + sizeof pages;
}

void *fan_spare_malloc(size_t bytes)
{
    void *memory = malloc(bytes);
    return memory != NULL ? memory : take(bytes);
}

void *fan_spare_calloc(size_t count, size_t size)
{
    size_t bytes;
    void *memory = calloc(count, size);
    if (memory != NULL || __builtin_mul_overflow(count, size, &bytes))
        return memory;
    memory = take(bytes);
    return memory == NULL ? NULL : memset(memory, 0, bytes);
}

void *fan_spare_shrink(void *memory, size_t bytes)
{
    void *smaller = is_ours(memory) ? memory : realloc(memory, bytes);
    return smaller == NULL ? memory : smaller;
}

void fan_spare_free(void *memory)
{
    if (!is_ours(memory)) {
        free(memory);
        return;
    }
    pthread_mutex_lock(&lock);
    blocks[((uintptr_t)memory - (uintptr_t)pages) / PAGE] = 0;
    pthread_mutex_unlock(&lock);
}

bool fan_spare_reserve(void *array, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return true;
    size_t larger = MAX(needed, 2 * *room);
    void *old, *moved = fan_spare_calloc(larger, size);
    if (moved == NULL)
        return false;
    memcpy(&old, array, sizeof old);
    if (old != NULL)
        memcpy(moved, old, *room * size);
    fan_spare_free(old);
    memcpy(array, &moved, sizeof moved);
    *room = larger;
    return true;
}
