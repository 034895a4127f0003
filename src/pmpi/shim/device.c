/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/device.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- CUDA: what is used of cuda.h ---- */

enum { CU_POINTER_ATTRIBUTE_MEMORY_TYPE = 2, CU_MEMORYTYPE_HOST = 1 };

static int (*cuda_attribute)(void *, int, uint64_t);

static bool open_cuda(void *library)
{
    *(void **)&cuda_attribute = dlsym(library, "cuPointerGetAttribute");
    return cuda_attribute != NULL;
}

/* It fails for memory that CUDA does not know. */
static bool cuda_has(const void *address)
{
    unsigned type = CU_MEMORYTYPE_HOST;
    int failed = cuda_attribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, (uintptr_t)address);
    return !failed && type != CU_MEMORYTYPE_HOST;
}

/* ---- ROCm: what is used of hip_runtime_api.h ---- */

/* The numbers of the types differ between ROCm 5 and 6; the rest is the same. */
typedef struct hip_attributes {
    int type;
    int device;
    void *device_pointer;
    void *host_pointer;
    int is_managed;
    unsigned flags;
    char room[64]; /* should a later one be larger */
} hip_attributes;

static int (*hip_get_attributes)(hip_attributes *, const void *);
static int (*hip_get_last_error)(void);

static bool open_hip(void *library)
{
    *(void **)&hip_get_attributes = dlsym(library, "hipPointerGetAttributes");
    *(void **)&hip_get_last_error = dlsym(library, "hipGetLastError");
    return hip_get_attributes != NULL;
}

static bool hip_has(const void *address)
{
    hip_attributes a = {0};
    if (hip_get_attributes(&a, address) == 0)
        return a.is_managed || (a.device_pointer != NULL && a.host_pointer == NULL);
    /* Memory that HIP does not know: our question must not be the program's last error. */
    if (hip_get_last_error != NULL)
        hip_get_last_error();
    return false;
}

/* ---- Level Zero: what is used of ze_api.h ---- */

enum { ZE_CONTEXT_DESC = 0xd, ZE_MEMORY_ALLOCATION_PROPERTIES = 0x17 };
enum { ZE_MEMORY_TYPE_DEVICE = 2, ZE_MEMORY_TYPE_SHARED = 3 };
enum { MAX_DRIVERS = 8 };

typedef struct ze_context_description {
    int type;
    const void *next;
    uint32_t flags;
} ze_context_description;

typedef struct ze_properties {
    int structure_type;
    void *next;
    int type;
    uint64_t id;
    uint64_t page_size;
} ze_properties;

static int (*ze_get_properties)(void *, const void *, ze_properties *, void **);
static void *ze_contexts[MAX_DRIVERS]; /* a question needs one; the program's own are not known */
static uint32_t ze_context_count;

static bool open_ze(void *library)
{
    int (*get_drivers)(uint32_t *, void **);
    int (*make_context)(void *, const ze_context_description *, void **);
    *(void **)&ze_get_properties = dlsym(library, "zeMemGetAllocProperties");
    *(void **)&get_drivers = dlsym(library, "zeDriverGet");
    *(void **)&make_context = dlsym(library, "zeContextCreate");
    if (ze_get_properties == NULL || get_drivers == NULL || make_context == NULL)
        return false;
    void *drivers[MAX_DRIVERS];
    uint32_t count = MAX_DRIVERS;
    const ze_context_description description = {.type = ZE_CONTEXT_DESC};
    if (get_drivers(&count, drivers) != 0) /* before zeInit */
        return false;
    for (uint32_t i = 0; i < count && i < MAX_DRIVERS; i++)
        if (make_context(drivers[i], &description, &ze_contexts[ze_context_count]) == 0)
            ze_context_count++;
    return true;
}

static bool ze_has(const void *address)
{
    for (uint32_t i = 0; i < ze_context_count; i++) {
        ze_properties p = {.structure_type = ZE_MEMORY_ALLOCATION_PROPERTIES};
        if (ze_get_properties(ze_contexts[i], address, &p, NULL) == 0 &&
            (p.type == ZE_MEMORY_TYPE_DEVICE || p.type == ZE_MEMORY_TYPE_SHARED))
            return true;
    }
    return false;
}

/* ---- all of them ---- */

typedef struct runtime {
    const char *name; /* its file's name begins like that */
    bool (*open)(void *library);
    bool (*has)(const void *address);
    _Atomic bool is_open;
    char path[PATH_MAX]; /* of its file, "" while it is not loaded */
} runtime;

static runtime runtimes[] = {
    {.name = "libcuda.so", .open = open_cuda, .has = cuda_has},
    {.name = "libamdhip64.so", .open = open_hip, .has = hip_has},
    {.name = "libze_loader.so", .open = open_ze, .has = ze_has},
};
enum { RUNTIMES = sizeof runtimes / sizeof runtimes[0] };

/* How many objects the process has ever loaded. */
static int count_loads(struct dl_phdr_info *info, size_t size, void *loads)
{
    (void)size;
    *(unsigned long long *)loads = info->dlpi_adds;
    return 1;
}

static int note_runtime(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    const char *slash = strrchr(info->dlpi_name, '/'),
               *name = slash == NULL ? info->dlpi_name : slash + 1;
    for (int i = 0; i < RUNTIMES; i++)
        if (strncmp(name, runtimes[i].name, strlen(runtimes[i].name)) == 0)
            snprintf(runtimes[i].path, sizeof runtimes[i].path, "%s", info->dlpi_name);
    return 0;
}

/* One that is not ready yet (Level Zero before zeInit) is tried again. */
static bool open_runtimes(void)
{
    bool all = true;
    dl_iterate_phdr(note_runtime, NULL);
    for (int i = 0; i < RUNTIMES; i++) {
        runtime *r = &runtimes[i];
        void *library =
            r->is_open || r->path[0] == '\0' ? NULL : dlopen(r->path, RTLD_LAZY | RTLD_NOLOAD);
        if (library != NULL)
            r->is_open = r->open(library);
        all = all && (r->is_open || r->path[0] == '\0');
    }
    return all;
}

bool fan_device_runtime_loaded(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static unsigned long long seen;
    unsigned long long loads = 0;
    bool loaded = false;
    dl_iterate_phdr(count_loads, &loads);
    pthread_mutex_lock(&lock);
    if (loads != seen && open_runtimes())
        seen = loads;
    for (int i = 0; i < RUNTIMES; i++)
        loaded = loaded || runtimes[i].path[0] != '\0';
    pthread_mutex_unlock(&lock);
    return loaded;
}

bool fan_device_has(const void *address)
{
    if (address == NULL || !fan_device_runtime_loaded())
        return false;
    for (int i = 0; i < RUNTIMES; i++)
        if (runtimes[i].is_open && runtimes[i].has(address))
            return true;
    return false;
}
