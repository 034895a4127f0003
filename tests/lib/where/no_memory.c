/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD: a machine that gives our library no memory to share.
 *
 * FANOUT_TEST_REFUSE=create   there is no such file system
 * FANOUT_TEST_REFUSE=reserve  it is full
 * FANOUT_TEST_REFUSE=open     another process cannot be looked into
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static bool refuses(const char *what)
{
    const char *refused = getenv("FANOUT_TEST_REFUSE");
    return refused != NULL && strcmp(refused, what) == 0;
}

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

int memfd_create(const char *name, unsigned flags)
{
    static int (*real)(const char *, unsigned);
    if (refuses("create")) {
        errno = ENOSYS;
        return -1;
    }
    if (real == NULL)
        real = next("memfd_create");
    return real(name, flags);
}

int posix_fallocate(int file, off_t offset, off_t bytes)
{
    static int (*real)(int, off_t, off_t);
    if (refuses("reserve"))
        return ENOSPC;
    if (real == NULL)
        real = next("posix_fallocate");
    return real(file, offset, bytes);
}

int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    /* With these flags it is our library; UCX opens the same kind of file. */
    if (refuses("open") && flags == (O_RDWR | O_CLOEXEC) && strncmp(path, "/proc/", 6) == 0 &&
        strstr(path, "/fd/") != NULL) {
        errno = EACCES;
        return -1;
    }
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (real == NULL)
        real = next("open");
    return real(path, flags, mode);
}
