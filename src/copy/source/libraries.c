/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/source/libraries.h"
#include "os/elf/interpreter.h"
#include "os/elf/loaded.h"
#include "os/path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether path is below directory. One with .. in it may be anywhere. */
static bool is_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    while (length > 0 && directory[length - 1] == '/')
        length--;
    return strncmp(path, directory, length) == 0 && path[length] == '/' &&
           strstr(path, "/../") == NULL;
}

/* By the real place of its directory: a library itself is often a link to elsewhere. */
static bool is_really_below(const char *path, const char *directory)
{
    char parent[PATH_MAX], real_parent[PATH_MAX], real_directory[PATH_MAX];
    fan_os_path_parent(path, parent, sizeof parent);
    if (realpath(parent, real_parent) == NULL || realpath(directory, real_directory) == NULL)
        return false;
    return strcmp(real_parent, real_directory) == 0 || is_below(real_parent, real_directory);
}

static bool is_excluded(const char *path, const char *excluded)
{
    if (strcmp(excluded, "none") == 0)
        return false;
    for (const char *item = excluded; *item != '\0';) {
        char directory[PATH_MAX];
        size_t length = strcspn(item, ",");
        if (length > 0 && length < sizeof directory) {
            snprintf(directory, sizeof directory, "%.*s", (int)length, item);
            if (is_below(path, directory) || is_really_below(path, directory))
                return true;
        }
        item += length + (item[length] == ',');
    }
    return false;
}

/* What a search has found so far. */
typedef struct search {
    const char *interpreter;
    const char *excluded;
    fan_copy_libraries *libraries;
    char error[3 * PATH_MAX];
} search;

static void add(search *s, const char *name, const char *path)
{
    fan_copy_libraries *libraries = s->libraries;
    for (size_t i = 0; i < libraries->count; i++)
        if (strcmp(fan_os_path_base(libraries->list[i].name), fan_os_path_base(name)) == 0) {
            snprintf(s->error, sizeof s->error,
                     "loads two libraries with the name %s, %s and %s, which cannot be put into "
                     "one directory; "
                     "exclude the directory of one",
                     fan_os_path_base(name), libraries->list[i].path, path);
            return;
        }
    fan_copy_grow(&libraries->list, &libraries->room, (int64_t)libraries->count + 1,
                  sizeof *libraries->list);
    libraries->list[libraries->count++] =
        (fan_copy_library){.name = fan_copy_strdup(name), .path = fan_copy_strdup(path)};
}

/*
 * A library without a SONAME, which the program names by a path. It is looked for there and nowhere
 * else, whatever LD_LIBRARY_PATH says.
 */
static void refuse_path(search *s, const char *path)
{
    snprintf(s->error, sizeof s->error,
             "needs %s by this path, because it has no SONAME, so that a copy elsewhere would not "
             "be used; link it with a SONAME, or put it there on each host and leave its directory "
             "out (--libs-exclude)",
             path);
}

/*
 * One of "NAME => PATH (ADDRESS)", "PATH (ADDRESS)", and what does not name a file:
 * "linux-vdso.so.1 (ADDRESS)" and "statically linked".
 */
static void take_line(search *s, char *line)
{
    static const char arrow[] = " => ";
    char *address = strrchr(line, '(');
    if (address == NULL || address == line || line[strlen(line) - 1] != ')') {
        if (strcmp(line, "statically linked") != 0)
            snprintf(s->error, sizeof s->error, "unexpected output from ld.so: %s", line);
        return;
    }
    address[-1] = '\0';
    char *path = strstr(line, arrow);
    if (path == NULL && strchr(line, '/') == NULL)
        return;
    if (path != NULL) {
        *path = '\0';
        path += strlen(arrow);
    } else {
        path = line;
    }
    if (is_excluded(path, s->excluded))
        return;
    if (path == line && strcmp(path, s->interpreter) != 0)
        refuse_path(s, path);
    else
        add(s, line, path);
}

static void take_output(search *s, char *text)
{
    char *rest;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        if (line[0] == '\t' && s->error[0] == '\0') /* others are warnings */
            take_line(s, line + 1);
}

/* What ld.so says when it fails, on one line, without the name of the program. */
static void explain_failure(search *s, const char *program, const char *interpreter, char *text)
{
    /* It may have been given as ./NAME. */
    const char *said =
        strchr(program, '/') == NULL && strncmp(text, "./", 2) == 0 ? text + 2 : text;
    size_t prefix = strlen(program);
    if (strncmp(said, program, prefix) == 0 && strncmp(said + prefix, ": ", 2) == 0)
        memmove(text, said + prefix + 2, strlen(said + prefix + 2) + 1);
    for (char *p = text; (p = strchr(p, '\n')) != NULL;)
        *p = p[1] == '\0' ? '\0' : ' ';
    snprintf(s->error, sizeof s->error,
             "%s cannot load it: %s; if a library is not found, set LD_LIBRARY_PATH as for "
             "starting the program, "
             "and see that fanout-copy gets it (such as by mpirun -x LD_LIBRARY_PATH)",
             interpreter, text);
}

static void search_by(search *s, const char *interpreter, const char *program)
{
    int status = 0, error;
    char *text = fan_elf_loaded(interpreter, program, &status, &error);
    if (text == NULL)
        snprintf(s->error, sizeof s->error, "cannot run %s, which starts it: %s", interpreter,
                 strerror(error));
    else if (status != 0)
        explain_failure(s, program, interpreter, text);
    else
        take_output(s, text);
    free(text);
}

bool fan_copy_libraries_find(const char *path, const char *excluded, fan_copy_libraries *libraries,
                             char *error, size_t size)
{
    char interpreter[PATH_MAX];
    search s = {.interpreter = interpreter, .excluded = excluded, .libraries = libraries};
    *libraries = (fan_copy_libraries){0};
    if (fan_elf_interpreter(path, interpreter, s.error, sizeof s.error) && interpreter[0] != '\0')
        search_by(&s, interpreter, path);
    if (s.error[0] == '\0')
        return true;
    snprintf(error, size, "%s", s.error);
    fan_copy_libraries_free(libraries);
    return false;
}

void fan_copy_libraries_free(fan_copy_libraries *libraries)
{
    for (size_t i = 0; i < libraries->count; i++) {
        free(libraries->list[i].name);
        free(libraries->list[i].path);
    }
    free(libraries->list);
    *libraries = (fan_copy_libraries){0};
}
