/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/record/trace_module.h"

#include "base/log.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const char module[] = "libfanout_trace.so";

/* In the folder for our MPI library in that of libfanout, or, in the build tree, beside it. */
static void *load(char *path, size_t size, const char *folder)
{
    Dl_info self;
    dladdr(module, &self);
    const char *slash = strrchr(self.dli_fname, '/');
    int length = slash == NULL ? 0 : (int)(slash + 1 - self.dli_fname);
    snprintf(path, size, "%.*s%s%s", length, self.dli_fname, folder, module);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static const fan_record_writer *writer;

static void load_once(void)
{
    char path[PATH_MAX];
    void *handle = load(path, sizeof path, PACKAGE "/" FAN_MPI_SONAME "/");
    char first[512];
    snprintf(first, sizeof first, "%s", handle == NULL ? dlerror() : "");
    if (handle == NULL)
        handle = load(path, sizeof path, "");
    writer = handle == NULL ? NULL : dlsym(handle, FAN_TRACE_WRITER_SYMBOL);
    if (writer == NULL)
        fan_warn("FANOUT_TRACE: no trace is written: the module cannot be loaded: %s", first);
}

const fan_record_writer *fan_recorder_module_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_once);
    return writer;
}
