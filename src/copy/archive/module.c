/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/archive/module.h"
#include "os/path.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

/* Where it is when all is installed, and beside the real file of this program before that. */
static const char *const places[] = {FAN_MODULES_FROM_BINDIR "/", "", ".libs/"};
/* The same from the library. */
static const char *const places_from_library[] = {FAN_MODULES_FROM_LIBDIR "/", "", ".libs/"};
enum { PLACES = sizeof places / sizeof places[0] };

/* The file of the shared library that this is a part of; NULL in the program. */
static const char *find_library(void)
{
    Dl_info unused;
    struct link_map *object = NULL;
    if (dladdr1(places, &unused, (void **)&object, RTLD_DL_LINKMAP) == 0 || object == NULL ||
        object->l_name[0] == '\0')
        return NULL;
    return object->l_name;
}

static void *load(const char *self, const char *place)
{
    char path[2 * PATH_MAX];
    int directory = (int)(fan_os_path_base(self) - self);
    snprintf(path, sizeof path, "%.*s%slibfanout_unpack.so", directory, self, place);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const fan_copy_extract_module *fan_copy_module_load(char *text, size_t size)
{
    char first[512] = "", program[PATH_MAX];
    const char *library = find_library();
    fan_os_path_self(program);
    for (size_t i = 0; i < PLACES; i++) {
        void *handle =
            library != NULL ? load(library, places_from_library[i]) : load(program, places[i]);
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
