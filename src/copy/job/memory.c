/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/array.h"
#include "copy/job/memory.h"
#include "copy/job/stop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static void fail(void)
{
    fan_copy_abort("out of memory");
}

void *fan_copy_allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        fail();
    return memory;
}

void fan_copy_grow(void *array, size_t *room, int64_t needed, size_t size)
{
    if (!fan_array_reserve(array, room, (size_t)needed, size))
        fail();
}

char *fan_copy_strdup(const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        fail();
    return copy;
}

char *fan_copy_format(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        fail();
    return text;
}
