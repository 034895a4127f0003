/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that is linked with no MPI library and has a plugin that is, which only the plugin
 * sees.
 */
#include "config.h"

#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int (*plugin_main)(void) = NULL;
    void *plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (plugin != NULL)
        *(void **)&plugin_main = dlsym(plugin, "plugin_main");
    if (plugin_main == NULL) {
        fprintf(stderr, "plugin_host: %s\n", dlerror());
        return 1;
    }
    return plugin_main();
}
