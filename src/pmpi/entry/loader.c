/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/entry/loader.h"

#include "base/log.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Atomic(const fan_calls *) fan_entry_chosen;

/*
 * Where the definitions behind the shim are, for dlsym. Usually the MPI library comes after us in
 * the order of the program's libraries. One that a plugin brings, as Python's mpi4py does, may be
 * visible to the plugin only: then it is found through the calling object.
 */
static void *find_origin(void *caller)
{
    Dl_info object;
    if (dlsym(RTLD_NEXT, "PMPI_Bcast") != NULL || caller == NULL || dladdr(caller, &object) == 0)
        return RTLD_NEXT;
    void *handle = dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    return handle == NULL ? RTLD_NEXT : handle;
}

void *fan_entry_next_definition(void *caller, const char *const *names)
{
    void *origin = find_origin(caller), *found = NULL;
    for (int i = 0; found == NULL && names[i] != NULL; i++)
        found = dlsym(origin, names[i]);
    if (found == NULL) {
        fan_warn("the program calls %s, but no MPI library that defines it is loaded", names[0]);
        abort();
    }
    return found;
}

static void fill(fan_calls *next, void *origin)
{
    *(void **)&next->bcast = dlsym(origin, "MPI_Bcast");
    *(void **)&next->ibcast = dlsym(origin, "MPI_Ibcast");
    *(void **)&next->bcast_init = dlsym(origin, "MPI_Bcast_init");
    *(void **)&next->bcast_c = dlsym(origin, "MPI_Bcast_c");
    *(void **)&next->ibcast_c = dlsym(origin, "MPI_Ibcast_c");
    *(void **)&next->bcast_init_c = dlsym(origin, "MPI_Bcast_init_c");
    *(void **)&next->barrier = dlsym(origin, "MPI_Barrier");
    *(void **)&next->allreduce = dlsym(origin, "MPI_Allreduce");
}

/* Is this PMPI_Bcast that of the library, with the soname, that we were built for? */
static bool is_known_library(void *pmpi_bcast)
{
    void *library = dlopen(FAN_MPI_SONAME, RTLD_LAZY | RTLD_NOLOAD);
    if (library == NULL)
        return false;
    bool known = dlsym(library, "PMPI_Bcast") == pmpi_bcast;
    dlclose(library);
    return known;
}

bool fan_entry_knows_library(void *caller)
{
    return is_known_library(dlsym(find_origin(caller), "PMPI_Bcast"));
}

static void tell_of_other_library(void *pmpi_bcast)
{
    Dl_info object;
    if (fan_warn_is_first())
        fan_warn("the program's MPI library is %s, but libfanout_pmpi.so is for %s: broadcasts are "
                 "left to MPI",
                 dladdr(pmpi_bcast, &object) != 0 ? object.dli_fname : "another library",
                 FAN_MPI_SONAME);
}

/* libfanout_shim.so lies beside us. NULL, with a warning, if it cannot be loaded. */
static fan_shim_open_fn *load_shim(void)
{
    Dl_info self;
    char path[PATH_MAX];
    dladdr(&fan_entry_chosen, &self);
    const char *slash = strrchr(self.dli_fname, '/');
    int folder = slash == NULL ? 0 : (int)(slash + 1 - self.dli_fname);
    snprintf(path, sizeof path, "%.*slibfanout_shim.so", folder, self.dli_fname);
    void *shim = dlopen(path, RTLD_NOW | RTLD_LOCAL), *open = NULL;
    if (shim != NULL)
        open = dlsym(shim, FAN_SHIM_OPEN);
    if (open == NULL)
        fan_warn("%s; broadcasts are left to MPI", dlerror());
    fan_shim_open_fn *function;
    *(void **)&function = open;
    return function;
}

static const fan_calls *choose(void *caller)
{
    static fan_calls next;
    void *origin = find_origin(caller), *pmpi_bcast = dlsym(origin, "PMPI_Bcast");
    fill(&next, origin);
    if (pmpi_bcast == NULL)
        fan_entry_next_definition(caller, (const char *const[]){"PMPI_Bcast", NULL});
    if (!is_known_library(pmpi_bcast)) {
        tell_of_other_library(pmpi_bcast);
        return &next;
    }
    fan_shim_open_fn *open = load_shim();
    return open == NULL ? &next : open(&next);
}

const fan_calls *fan_entry_choose(void *caller)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    const fan_calls *calls = atomic_load_explicit(&fan_entry_chosen, memory_order_relaxed);
    if (calls == NULL) {
        calls = choose(caller);
        atomic_store_explicit(&fan_entry_chosen, calls, memory_order_release);
    }
    pthread_mutex_unlock(&lock);
    return calls;
}

/*
 * In a Fortran program of another MPI library no call may ever reach us: warn at the start.
 * Programs without MPI do not have PMPI_Bcast, and nothing is done for them.
 */
__attribute__((constructor)) static void look_at_program(void)
{
    void *pmpi_bcast = dlsym(RTLD_NEXT, "PMPI_Bcast");
    if (pmpi_bcast != NULL && !is_known_library(pmpi_bcast))
        fan_entry_choose(NULL);
}
