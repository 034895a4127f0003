/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/preload/shims.h"

#include "os/path.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char shim[] = "libfanout_pmpi.so";

/* The build tree has the one of its own MPI library beside the program. */
static bool find_built(fan_preload_shims *shims, const char *bin)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/.libs/%s", bin, shim);
    if (access(path, R_OK) != 0)
        return true;
    snprintf(shims->folder, sizeof shims->folder, "%.*s/.libs", PATH_MAX - 10, bin);
    shims->names = calloc(1, sizeof *shims->names);
    if (shims->names == NULL)
        return false;
    snprintf(shims->names[shims->count++], sizeof *shims->names, "%s", FAN_MPI_SONAME);
    return true;
}

/* A pattern of glob() that means the path itself. */
static void quote(const char *path, char *pattern)
{
    for (; *path != '\0'; path++) {
        if (strchr("*?[\\", *path) != NULL)
            *pattern++ = '\\';
        *pattern++ = *path;
    }
    *pattern = '\0';
}

/* FOLDER/NAME/libfanout_pmpi.so: each is for the MPI library NAME. */
static bool take_found(fan_preload_shims *shims, const glob_t *found)
{
    shims->names = calloc(found->gl_pathc + 1, sizeof *shims->names);
    if (shims->names == NULL)
        return false;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        char *path = found->gl_pathv[i];
        path[strlen(path) - sizeof shim] = '\0';
        snprintf(shims->names[shims->count++], sizeof *shims->names, "%s", fan_os_path_base(path));
    }
    return true;
}

static bool find_installed(fan_preload_shims *shims, const char *bin)
{
    char pattern[2 * PATH_MAX + sizeof shim + 4];
    glob_t found;
    /* Under its real name, for messages. */
    snprintf(pattern, sizeof pattern, "%s/" FAN_SHIMS_FROM_BINDIR, bin);
    if (realpath(pattern, shims->folder) == NULL)
        snprintf(shims->folder, sizeof shims->folder, "%.*s", PATH_MAX - 1, pattern);
    shims->installed = true;
    quote(shims->folder, pattern);
    strcat(strcat(pattern, "/*/"), shim);
    int failed = glob(pattern, 0, NULL, &found);
    bool enough = failed != GLOB_NOSPACE;
    if (failed == 0) {
        enough = take_found(shims, &found);
        globfree(&found);
    }
    return enough;
}

bool fan_preload_shims_find(fan_preload_shims *shims)
{
    char self[PATH_MAX], parent[PATH_MAX], bin[PATH_MAX];
    *shims = (fan_preload_shims){0};
    fan_os_path_self(self);
    fan_os_path_parent(self, parent, sizeof parent);
    if (realpath(parent, bin) == NULL)
        return true;
    if (!find_built(shims, bin))
        return false;
    return shims->count > 0 || find_installed(shims, bin);
}

void fan_preload_shims_free(fan_preload_shims *shims)
{
    free(shims->names);
}

char *fan_preload_shims_path(const fan_preload_shims *shims, const char *name, char path[PATH_MAX])
{
    char candidate[PATH_MAX + NAME_MAX + sizeof shim + 2];
    for (size_t i = 0; i < shims->count; i++)
        if (strcmp(shims->names[i], name) == 0) {
            snprintf(candidate, sizeof candidate, "%s/%s%s%s", shims->folder,
                     shims->installed ? name : "", shims->installed ? "/" : "", shim);
            return realpath(candidate, path);
        }
    return NULL;
}

void fan_preload_shims_list(const fan_preload_shims *shims, char *text, size_t size)
{
    size_t length = 0;
    snprintf(text, size, "no MPI library");
    for (size_t i = 0; i < shims->count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s", i == 0 ? "" : " and ",
                                   shims->names[i]);
}
