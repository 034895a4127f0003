/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the shim asks of the runtimes of CUDA, ROCm and Level Zero. The tests load it under a name
 * of one of these. FANOUT_TEST_GPU says what it finds: "unstarted": nobody has called cuInit or
 * zeInit; "none": it was started and finds no device; otherwise it has one.
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool aware_owns(const void *address); /* of aware.c */
int cuPointerGetAttribute(void *value, int attribute, uint64_t pointer);
int cuDeviceGetCount(int *count);
int hipPointerGetAttributes(void *attributes, const void *pointer);
int hipGetDeviceCount(int *count);
int hipGetLastError(void);
int zeDeviceGet(void *of, uint32_t *count, void **devices);
int zeDriverGet(uint32_t *count, void **drivers);
int zeContextCreate(void *driver, const void *description, void **context);
int zeMemGetAllocProperties(void *context, const void *pointer, void *properties, void **device);

enum { FAILURE = 1, DEVICE = 2 };

static int driver, context;

static bool is(const char *state)
{
    const char *wanted = getenv("FANOUT_TEST_GPU");
    return wanted != NULL && strcmp(wanted, state) == 0;
}

int cuDeviceGetCount(int *count)
{
    *count = is("none") ? 0 : 1;
    return is("unstarted") ? FAILURE : 0;
}

/* HIP starts itself, and fails where there is no device. */
int hipGetDeviceCount(int *count)
{
    *count = 1;
    return is("none") || is("unstarted") ? FAILURE : 0;
}

int zeDeviceGet(void *of, uint32_t *count, void **devices)
{
    (void)devices;
    *count = is("none") ? 0 : 1;
    return of == &driver ? 0 : FAILURE;
}

int cuPointerGetAttribute(void *value, int attribute, uint64_t pointer)
{
    if (attribute != 2 || !aware_owns((const void *)(uintptr_t)pointer))
        return FAILURE;
    *(unsigned *)value = DEVICE;
    return 0;
}

int hipPointerGetAttributes(void *attributes, const void *pointer)
{
    struct {
        int type, device;
        void *device_pointer, *host_pointer;
        int managed;
        unsigned flags;
    } known = {.type = 1, .device_pointer = &driver};
    if (!aware_owns(pointer))
        return FAILURE;
    memcpy(attributes, &known, sizeof known);
    return 0;
}

int hipGetLastError(void)
{
    return 0;
}

int zeDriverGet(uint32_t *count, void **drivers)
{
    *count = 1;
    drivers[0] = &driver;
    return is("unstarted") ? FAILURE : 0;
}

int zeContextCreate(void *of, const void *description, void **made)
{
    (void)description;
    *made = &context;
    return of == &driver ? 0 : FAILURE;
}

int zeMemGetAllocProperties(void *in, const void *pointer, void *properties, void **device)
{
    struct {
        int structure;
        void *next;
        int type;
        uint64_t id, page;
    } known = {.structure = 0x17, .type = aware_owns(pointer) ? DEVICE : 0};
    (void)device;
    memcpy(properties, &known, sizeof known);
    return in == &context ? 0 : FAILURE;
}
