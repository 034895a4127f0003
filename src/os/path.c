/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/expand.h"
#include "os/path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

bool fan_os_path_valid(const char *pattern)
{
    return fan_os_expand_valid(pattern, "hr");
}

bool fan_os_path_per_rank(const char *pattern)
{
    for (const char *p = strchr(pattern, '%'); p != NULL; p = strchr(p + 2, '%'))
        if (p[1] == 'r')
            return true;
    return false;
}

int fan_os_path_expand(const char *pattern, const char *host, int rank, char *path, size_t size)
{
    char number[16];
    snprintf(number, sizeof number, "%d", rank);
    const fan_os_value values[] = {{'h', host}, {'r', number}};
    return fan_os_expand(pattern, values, sizeof values / sizeof values[0], path, size);
}

int fan_os_path_append(char *path, size_t size, const char *name)
{
    size_t used = strlen(path);
    const char *slash = used > 0 && path[used - 1] == '/' ? "" : "/";
    int length = snprintf(path + used, size - used, "%s%s", slash, name);
    return (size_t)length < size - used ? 0 : ENAMETOOLONG;
}

void fan_os_path_trim(char *path)
{
    for (size_t length = strlen(path); length > 1 && path[length - 1] == '/'; length--)
        path[length - 1] = '\0';
}

/* Nothing is at path, says stat(). A slash at its end promises a directory. */
static int missing(const char *path)
{
    size_t length = strlen(path);
    if (length == 0)
        return ENOENT;
    return path[length - 1] == '/' ? ENOTDIR : 0;
}

int fan_os_path_into_directory(char *path, size_t size, const char *name)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno == ENOENT ? missing(path) : errno;
    if (S_ISDIR(status.st_mode)) {
        int error = fan_os_path_append(path, size, name);
        if (error != 0)
            return error;
        if (stat(path, &status) != 0)
            return errno == ENOENT ? 0 : errno;
        if (S_ISDIR(status.st_mode))
            return EISDIR;
    }
    return S_ISREG(status.st_mode) ? 0 : EINVAL;
}

const char *fan_os_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

void fan_os_path_name(const char *source, char *name, size_t size)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", source);
    fan_os_path_trim(path);
    const char *base = fan_os_path_base(path);
    bool is_name = strcmp(base, "..") != 0 && base[0] != '\0';
    snprintf(name, size, "%s", is_name ? base : ".");
}

void fan_os_path_parent(const char *path, char *parent, size_t size)
{
    snprintf(parent, size, "%.*s.", (int)(fan_os_path_base(path) - path), path);
}

/* The kernel's word comes first: the other is the path that was given to execve. */
void fan_os_path_self(char *path)
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    const char *started = (const char *)getauxval(AT_EXECFN);
    if (length <= 0 && (started == NULL || realpath(started, path) == NULL))
        path[0] = '\0';
}

bool fan_os_split_object_path(char *words, const char **path, const char **object)
{
    char *colon = NULL;
    for (char *next = strstr(words, ":/"); next != NULL; next = strstr(next + 1, ":/"))
        colon = next;
    if (colon == NULL || colon == words || colon[2] == '\0')
        return false;
    *colon = '\0';
    *path = words;
    *object = colon + 1;
    return true;
}
