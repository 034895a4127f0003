/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/preload/need.h"

#include "os/elf/interpreter.h"
#include "os/elf/loaded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The first that can be run in the directories of PATH, of which an empty one is this directory. */
static void search_path(const char *name, char path[PATH_MAX])
{
    const char *directories = getenv("PATH");
    if (directories == NULL)
        directories = "/bin:/usr/bin"; /* as execvp() */
    for (const char *directory = directories;; directory++) {
        int length = (int)strcspn(directory, ":");
        int written =
            snprintf(path, PATH_MAX, "%.*s%s%s", length, directory, length > 0 ? "/" : "./", name);
        if (written < PATH_MAX && is_program(path))
            return;
        directory += length;
        if (*directory == '\0')
            break;
    }
    path[0] = '\0';
}

static void find_program(const char *name, char path[PATH_MAX])
{
    if (strchr(name, '/') == NULL)
        search_path(name, path);
    else
        snprintf(path, PATH_MAX, "%s", strlen(name) < PATH_MAX ? name : "");
}

/* Make "\tNAME => PATH (ADDRESS)" and "\tNAME (ADDRESS)" a NAME, in place. */
static void keep_names(char *text)
{
    char *kept = text;
    while (*text != '\0') {
        text += *text == '\t';
        size_t name = strcspn(text, " \n"), line = strcspn(text, "\n");
        memmove(kept, text, name);
        kept += name;
        *kept++ = '\n';
        text += line + (text[line] == '\n');
    }
    *kept = '\0';
}

void fan_preload_need_of(const char *program, fan_preload_need *need)
{
    char interpreter[PATH_MAX], why[100];
    int status = -1, error;
    *need = (fan_preload_need){0};
    find_program(program, need->program);
    if (!fan_elf_interpreter(need->program, interpreter, why, sizeof why) || interpreter[0] == '\0')
        return;
    need->libraries = fan_elf_loaded(interpreter, need->program, &status, &error);
    if (status == 0 && need->libraries != NULL) {
        keep_names(need->libraries);
        return;
    }
    free(need->libraries);
    need->libraries = NULL;
}

static bool is_mpi(const char *name)
{
    static const char *const names[] = {"libmpi.so.", "libmpich.so.", "libmpi_abi.so."};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* The next line of the names, from *rest on; false at the end. */
static bool next_name(const char **rest, char name[NAME_MAX + 1])
{
    if (*rest == NULL || **rest == '\0')
        return false;
    size_t length = strcspn(*rest, "\n");
    snprintf(name, NAME_MAX + 1, "%.*s", (int)length, *rest);
    *rest += length + 1;
    return true;
}

bool fan_preload_need_mpi(const fan_preload_need *need, char library[NAME_MAX + 1])
{
    const char *rest = need->libraries;
    while (next_name(&rest, library))
        if (is_mpi(library))
            return true;
    return false;
}

bool fan_preload_need_has(const fan_preload_need *need, const char *library)
{
    char name[NAME_MAX + 1];
    const char *rest = need->libraries;
    while (next_name(&rest, name))
        if (strcmp(name, library) == 0)
            return true;
    return false;
}
