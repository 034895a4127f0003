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
#include <sys/param.h>

/* ---- CUDA: what is used of cuda.h ---- */

enum { CU_POINTER_ATTRIBUTE_MEMORY_TYPE = 2, CU_MEMORYTYPE_HOST = 1 };

static int (*cuda_attribute)(void *, int, uint64_t);
static int (*cuda_count)(int *);

static bool open_cuda(void *library)
{
    *(void **)&cuda_attribute = dlsym(library, "cuPointerGetAttribute");
    *(void **)&cuda_count = dlsym(library, "cuDeviceGetCount");
    return cuda_attribute != NULL && cuda_count != NULL;
}

/* It fails before cuInit. */
static bool cuda_has_device(void)
{
    int count = 0;
    return cuda_count(&count) == 0 && count > 0;
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
static int (*hip_count)(int *);
static int (*hip_get_last_error)(void);

static bool open_hip(void *library)
{
    *(void **)&hip_get_attributes = dlsym(library, "hipPointerGetAttributes");
    *(void **)&hip_count = dlsym(library, "hipGetDeviceCount");
    *(void **)&hip_get_last_error = dlsym(library, "hipGetLastError");
    return hip_get_attributes != NULL && hip_count != NULL;
}

/* A failure of our question must not be the program's last error. */
static void forget_hip_error(void)
{
    if (hip_get_last_error != NULL)
        hip_get_last_error();
}

static bool hip_has_device(void)
{
    int count = 0;
    if (hip_count(&count) == 0)
        return count > 0;
    forget_hip_error();
    return false;
}

static bool hip_has(const void *address)
{
    hip_attributes a = {0};
    if (hip_get_attributes(&a, address) == 0)
        return a.is_managed || (a.device_pointer != NULL && a.host_pointer == NULL);
    forget_hip_error(); /* memory that HIP does not know */
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

static int (*ze_get_drivers)(uint32_t *, void **);
static int (*ze_get_devices)(void *, uint32_t *, void **);
static int (*ze_make_context)(void *, const ze_context_description *, void **);
static int (*ze_get_properties)(void *, const void *, ze_properties *, void **);
static void *ze_contexts[MAX_DRIVERS]; /* a question needs one; the program's own are not known */
static uint32_t ze_context_count;

static bool open_ze(void *library)
{
    *(void **)&ze_get_drivers = dlsym(library, "zeDriverGet");
    *(void **)&ze_get_devices = dlsym(library, "zeDeviceGet");
    *(void **)&ze_make_context = dlsym(library, "zeContextCreate");
    *(void **)&ze_get_properties = dlsym(library, "zeMemGetAllocProperties");
    return ze_get_drivers != NULL && ze_get_devices != NULL && ze_make_context != NULL &&
           ze_get_properties != NULL;
}

/* A driver without devices has no memory either. */
static void use_ze_driver(void *driver)
{
    const ze_context_description description = {.type = ZE_CONTEXT_DESC};
    uint32_t devices = 0;
    if (ze_get_devices(driver, &devices, NULL) == 0 && devices > 0 &&
        ze_make_context(driver, &description, &ze_contexts[ze_context_count]) == 0)
        ze_context_count++;
}

/* The question for drivers fails before zeInit. */
static bool ze_has_device(void)
{
    void *drivers[MAX_DRIVERS];
    uint32_t count = MAX_DRIVERS;
    if (ze_get_drivers(&count, drivers) != 0)
        return false;
    for (uint32_t i = 0; i < MIN(count, MAX_DRIVERS); i++)
        use_ze_driver(drivers[i]);
    return ze_context_count > 0;
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
    const char *name;            /* its file's name begins like that */
    bool (*open)(void *library); /* false: it lacks what we ask it for */
    bool (*has_device)(void);    /* true once, and it is not asked again */
    bool (*has)(const void *address);
    bool is_open;
    _Atomic bool in_use; /* it has a device */
    char path[PATH_MAX]; /* of its file, "" while it is not loaded */
} runtime;

static runtime runtimes[] = {
    {.name = "libcuda.so", .open = open_cuda, .has_device = cuda_has_device, .has = cuda_has},
    {.name = "libamdhip64.so", .open = open_hip, .has_device = hip_has_device, .has = hip_has},
    {.name = "libze_loader.so", .open = open_ze, .has_device = ze_has_device, .has = ze_has},
};
enum { RUNTIMES = sizeof runtimes / sizeof runtimes[0] };

/* How many objects the process has ever loaded. */
static int count_loads(struct dl_phdr_info *info, size_t size, void *loads)
{
    (void)size;
    *(unsigned long long *)loads = info->dlpi_adds;
    return 1;
}

/* The first of a name: it is what others get who ask the loader for that name. */
static int note_runtime(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    const char *slash = strrchr(info->dlpi_name, '/'),
               *name = slash == NULL ? info->dlpi_name : slash + 1;
    for (int i = 0; i < RUNTIMES; i++)
        if (runtimes[i].path[0] == '\0' &&
            strncmp(name, runtimes[i].name, strlen(runtimes[i].name)) == 0)
            snprintf(runtimes[i].path, sizeof runtimes[i].path, "%s", info->dlpi_name);
    return 0;
}

static void open_runtimes(void)
{
    dl_iterate_phdr(note_runtime, NULL);
    for (int i = 0; i < RUNTIMES; i++) {
        runtime *r = &runtimes[i];
        void *library =
            r->is_open || r->path[0] == '\0' ? NULL : dlopen(r->path, RTLD_LAZY | RTLD_NOLOAD);
        if (library != NULL)
            r->is_open = r->open(library);
    }
}

/* Runtimes are opened when a library was loaded. One without a device is asked each time: the
 * program may start it later, and that loads nothing. */
bool fan_device_exists(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static unsigned long long seen;
    unsigned long long loads = 0;
    bool exists = false;
    dl_iterate_phdr(count_loads, &loads);
    pthread_mutex_lock(&lock);
    if (loads != seen)
        open_runtimes();
    seen = loads;
    for (int i = 0; i < RUNTIMES; i++) {
        runtime *r = &runtimes[i];
        if (r->is_open && !r->in_use)
            r->in_use = r->has_device();
        exists = exists || r->in_use;
    }
    pthread_mutex_unlock(&lock);
    return exists;
}

bool fan_device_has(const void *address)
{
    if (address == NULL)
        return false;
    for (int i = 0; i < RUNTIMES; i++)
        if (runtimes[i].in_use && runtimes[i].has(address))
            return true;
    return false;
}
