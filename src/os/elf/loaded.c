/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/elf/loaded.h"

#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
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
    char **environment = calloc(count + 1, sizeof *environment);
    for (size_t i = 0; environment != NULL && i < count; i++)
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
                                        .errors = output,
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
        text = strdup("");
    }
    fclose(stream);
    return text;
}

/* ld.so looks for a name without a slash among the libraries, and might take it for an option. */
static int start_on(const char *interpreter, const char *path, int output, pid_t *child)
{
    char program[PATH_MAX + 2];
    snprintf(program, sizeof program, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    return start(interpreter, program, output, child);
}

char *fan_elf_loaded(const char *interpreter, const char *path, int *status, int *error)
{
    int ends[2];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *error = errno;
        return NULL;
    }
    *error = start_on(interpreter, path, ends[1], &child);
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
