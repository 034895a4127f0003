/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/archive/module.h"
#include "os/path.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Where it is when it is installed, and beside this program's real file before that. */
static const char *const places[] = {FAN_MODULES_FROM_BINDIR "/", "", ".libs/"};

static void *load(const char *place)
{
    char self[PATH_MAX], path[2 * PATH_MAX];
    fan_os_path_self(self);
    int directory = (int)(fan_os_path_base(self) - self);
    snprintf(path, sizeof path, "%.*s%slibfanout_unpack.so", directory, self, place);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const fan_copy_extract_module *fan_copy_module_load(char *text, size_t size)
{
    char first[512] = "";
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        void *handle = load(places[i]);
        const fan_copy_extract_module *module =
            handle != NULL ? dlsym(handle, FAN_COPY_EXTRACT_SYMBOL) : NULL;
        if (module != NULL)
            return module;
        if (i == 0)
            snprintf(first, sizeof first, "%s", dlerror());
    }
    snprintf(text, size, "cannot load the module of --unpack: %s; install libfanout completely",
             first);
    return NULL;
}
