/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/job/outcome.h"
#include "copy/source/made.h"
#include "os/cleanup.h"
#include "os/path.h"
#include "os/process.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[PATH_MAX]; /* where all of it is; "" before there is one */

/* ---- names ---- */

/*
 * FILE and OBJECT of "FILE:/OBJECT", in memory that the caller frees; NULL if it does not
 * have this form.
 */
static char *split(const char *source, const char **file, const char **object)
{
    char *words = fan_copy_strdup(source);
    if (fan_os_split_object_path(words, file, object))
        return words;
    free(words);
    return NULL;
}

bool fan_copy_made_needed(const char *source)
{
    const char *file, *object;
    if (access(source, F_OK) == 0)
        return false;
    char *words = split(source, &file, &object);
    bool needed = words != NULL && access(file, F_OK) == 0;
    free(words);
    return needed;
}

static bool make_directory(char *error, size_t size)
{
    const char *top = secure_getenv("TMPDIR");
    if (directory[0] != '\0')
        return true;
    snprintf(directory, sizeof directory, "%s/fanout-copy.XXXXXX",
             top != NULL && top[0] != '\0' ? top : "/tmp");
    if (mkdtemp(directory) == NULL) {
        fan_copy_describe_errno(error, size, "cannot make a temporary directory (TMPDIR)", errno);
        directory[0] = '\0';
        return false;
    }
    fan_os_cleanup_add(directory, directory);
    return true;
}

char *fan_copy_made_name(const char *name, char *error, size_t size)
{
    return make_directory(error, size) ? fan_copy_format("%s/%s", directory, name) : NULL;
}

void fan_copy_made_remove(void)
{
    if (directory[0] == '\0')
        return;
    fan_os_cleanup_remove(directory);
    fan_os_cleanup_forget(directory);
    directory[0] = '\0';
}

/* ---- fanout-mdc: this program needs no HDF5, which takes long to load on all ranks ---- */

/* In the directory of this program, or in PATH. */
static void find_program(char *program, size_t size)
{
    char self[PATH_MAX];
    fan_os_path_self(self);
    int directory_length = (int)(fan_os_path_base(self) - self);
    snprintf(program, size, "%.*sfanout-mdc", directory_length, self);
    if (access(program, X_OK) != 0)
        snprintf(program, size, "fanout-mdc");
}

/* It prints its own messages. */
static bool run(const char *const arguments[], const char *source, char *error, size_t size)
{
    char program[PATH_MAX];
    pid_t process;
    find_program(program, sizeof program);
    int failed = fan_os_process_start(program, arguments, NULL, &process);
    if (failed != 0) {
        fan_copy_describe_errno(error, size, "cannot run fanout-mdc", failed);
        return false;
    }
    fan_os_cleanup_command(process, source);
    int status = fan_os_process_wait(process);
    fan_os_cleanup_command(0, NULL);
    if (status != 0)
        snprintf(error, size, "fanout-mdc %s failed; see its messages", arguments[1]);
    return status == 0;
}

/* ---- a part of a file ---- */

bool fan_copy_made_extract(const char *source, char **path, char *error, size_t size)
{
    char name[NAME_MAX + 1];
    const char *file, *object;
    char *words = split(source, &file, &object);
    if (words == NULL || !make_directory(error, size)) {
        free(words);
        return false;
    }
    fan_os_path_name(object, name, sizeof name);
    *path = fan_copy_format("%s/%s.h5", directory, strcmp(name, ".") == 0 ? "root" : name);
    free(words);
    const char *const arguments[] = {"fanout-mdc", "extract", "-o", *path, "--", source, NULL};
    return run(arguments, source, error, size);
}

/* ---- descriptors ---- */

static int is_file(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* The numbers in the names have leading zeros, so the order of the names is theirs. */
static bool list(const char *where, char ***paths, int *count)
{
    struct dirent **found;
    *count = scandir(where, &found, is_file, alphasort);
    if (*count < 0)
        return false;
    *paths = fan_copy_allocate((size_t)*count, sizeof **paths);
    for (int i = 0; i < *count; i++) {
        (*paths)[i] = fan_copy_format("%s/%s", where, found[i]->d_name);
        free(found[i]);
    }
    free(found);
    return true;
}

static void name_of(const char *source, char *name, size_t size)
{
    const char *file, *object;
    char *words = split(source, &file, &object);
    fan_os_path_name(words != NULL && access(source, F_OK) != 0 ? object : source, name, size);
    free(words);
}

bool fan_copy_made_descriptors(const char *source, const char *factors, char ***paths, int *count,
                               char *error, size_t size)
{
    char name[NAME_MAX + 1], output[2 * PATH_MAX];
    if (!make_directory(error, size))
        return false;
    name_of(source, name, sizeof name);
    snprintf(output, sizeof output, "%s/%s", directory, name);
    const char *const arguments[] = {"fanout-mdc", "encode", "-q", "-k",   factors,
                                     "-o",         output,   "--", source, NULL};
    if (!run(arguments, source, error, size))
        return false;
    if (list(directory, paths, count))
        return true;
    fan_copy_describe_errno(error, size, "cannot list its descriptors", errno);
    return false;
}
