/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/source/executable.h"
#include "copy/source/libraries.h"
#include "os/path.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Of the variables that ld.so reads, those about this process: what is loaded into it, and what to
 * print.
 */
static bool is_ours(const char *variable)
{
    static const char *const names[] = {"LD_PRELOAD=", "LD_AUDIT=", "LD_DEBUG="};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static char **make_environment(void)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **environment = fan_copy_allocate(count + 1, sizeof *environment);
    for (size_t i = 0; i < count; i++)
        if (!is_ours(environ[i]))
            environment[kept++] = environ[i];
    return environment;
}

/* Start it with an empty input and both outputs in the pipe. 0 or an errno value. */
static int start(const char *interpreter, const char *program, int output, pid_t *child)
{
    const char *const arguments[] = {interpreter, "--list", program, NULL};
    char **environment = make_environment();
    const fan_os_process_setup setup = {.input = open("/dev/null", O_RDONLY | O_CLOEXEC),
                                        .output = output,
                                        .environment = environment};
    int error =
        setup.input < 0 ? errno : fan_os_process_start(interpreter, arguments, &setup, child);
    if (setup.input >= 0)
        close(setup.input);
    free(environment);
    return error;
}

/* All that can be read from the pipe, which is closed. NULL and errno on failure. */
static char *read_all(int input)
{
    char *text = NULL;
    size_t room = 0;
    FILE *stream = fdopen(input, "r");
    if (stream == NULL) {
        close(input);
        return NULL;
    }
    errno = 0;
    if (getdelim(&text, &room, '\0', stream) < 0 && errno == 0) {
        free(text);
        text = fan_copy_strdup("");
    }
    fclose(stream);
    return text;
}

/* What ld.so prints about the program. NULL and an errno value in *error if it cannot be run. */
static char *ask(const char *interpreter, const char *program, int *status, int *error)
{
    int ends[2];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *error = errno;
        return NULL;
    }
    *error = start(interpreter, program, ends[1], &child);
    close(ends[1]);
    if (*error != 0) {
        close(ends[0]);
        return NULL;
    }
    char *text = read_all(ends[0]);
    *error = errno;
    *status = fan_os_process_wait(child); /* negative if unknown: counts as a failure */
    return text;
}

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
    size_t prefix = strlen(program), length = strlen(text);
    if (strncmp(text, program, prefix) == 0 && strncmp(text + prefix, ": ", 2) == 0)
        memmove(text, text + prefix + 2, length - prefix - 1);
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
    char *text = ask(interpreter, program, &status, &error);
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
    char interpreter[PATH_MAX], program[PATH_MAX + 2];
    search s = {.interpreter = interpreter, .excluded = excluded, .libraries = libraries};
    *libraries = (fan_copy_libraries){0};
    /*
     * ld.so looks for a name without a slash among the libraries, and might take it for an option.
     */
    snprintf(program, sizeof program, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    if (fan_copy_executable_interpreter(path, interpreter, s.error, sizeof s.error) &&
        interpreter[0] != '\0')
        search_by(&s, interpreter, program);
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
