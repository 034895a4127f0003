/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/array.h"
#include "copy/job/memory.h"
#include "copy/job/stop.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the reserve ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *reserve;
static atomic_bool is_short;

bool fan_copy_memory_is_there(size_t bytes)
{
    void *volatile memory = malloc(bytes); /* compilers may think that there always is some */
    free(memory);
    return memory != NULL;
}

bool fan_copy_memory_reserve(size_t bytes)
{
    reserve = malloc(bytes);
    atomic_store(&is_short, false);
    return reserve != NULL;
}

/* When it returns, in any thread, the reserve is malloc's. */
void fan_copy_memory_release(void)
{
    pthread_mutex_lock(&mutex);
    free(reserve);
    reserve = NULL;
    pthread_mutex_unlock(&mutex);
}

bool fan_copy_memory_is_short(void)
{
    return atomic_load(&is_short);
}

/* There is no memory: try once more. */
static void spend(void)
{
    atomic_store(&is_short, true);
    fan_copy_memory_release();
}

static void *sure(void *memory)
{
    if (memory == NULL)
        fan_copy_abort("out of memory");
    return memory;
}

/* ---- memory ---- */

void *fan_copy_allocate(size_t count, size_t size)
{
    size_t some = count > 0 ? count : 1;
    void *memory = calloc(some, size);
    if (memory != NULL)
        return memory;
    spend();
    return sure(calloc(some, size));
}

void fan_copy_grow(void *array, size_t *room, int64_t needed, size_t size)
{
    if (fan_array_reserve(array, room, (size_t)needed, size))
        return;
    spend();
    *room = 0; /* what is there does not count, so it is not doubled */
    if (!fan_array_reserve(array, room, (size_t)needed, size))
        sure(NULL);
}

char *fan_copy_strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(fan_copy_allocate(bytes, 1), text, bytes);
}

static char *format_once(const char *format, va_list arguments)
{
    char *text;
    return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

char *fan_copy_format(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    char *text = format_once(format, arguments);
    if (text == NULL) {
        spend();
        text = format_once(format, again);
    }
    va_end(again);
    va_end(arguments);
    return sure(text);
}
