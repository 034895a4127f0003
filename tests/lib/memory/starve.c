/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/lib/memory/starve.h"

#include <stdatomic.h>

/* The names that the linker gives them. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t bytes);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t bytes);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

static starve_rule current;
static atomic_bool counts;
static atomic_int number;

void starve_begin(starve_rule rule)
{
    current = rule;
    atomic_store(&number, 0);
    atomic_store(&counts, true);
}

int starve_end(void)
{
    atomic_store(&counts, false);
    return atomic_load(&number);
}

static bool fails(size_t bytes)
{
    if (!atomic_load(&counts) || bytes < current.least)
        return false;
    int n = atomic_fetch_add(&number, 1) + 1;
    return current.first != 0 && (current.only_it ? n == current.first : n >= current.first);
}

void *__wrap_malloc(size_t bytes)
{
    return fails(bytes) ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(count * size) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return fails(bytes) ? NULL : __real_realloc(old, bytes);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails(count * size) ? NULL : __real_reallocarray(old, count, size);
}
