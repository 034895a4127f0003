/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD: a file system each of whose answers takes its time, as of a server.
 *
 * FANOUT_TEST_SLOW_BELOW=DIRECTORY     paths that begin with this are on it
 * FANOUT_TEST_SLOW=MICROSECONDS        for each open, stat, access, readlink and read
 * FANOUT_TEST_SLOW_COUNTS=FILE         gets, at the end, how many such calls there were, and how
 *                                      many at most at the same time
 */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 4096 };

static atomic_int calls, now, most;
static atomic_bool is_slow[DESCRIPTORS];

static bool is_below(const char *path)
{
    const char *directory = getenv("FANOUT_TEST_SLOW_BELOW");
    return directory != NULL && path != NULL && strncmp(path, directory, strlen(directory)) == 0;
}

static bool is_open(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS && is_slow[fd];
}

static void wait_if(bool slow)
{
    const char *text = getenv("FANOUT_TEST_SLOW");
    if (!slow || text == NULL)
        return;
    const struct timespec pause = {.tv_nsec = atol(text) * 1000};
    int count = ++now, before = most;
    calls++;
    while (count > before && !atomic_compare_exchange_weak(&most, &before, count))
        ;
    nanosleep(&pause, NULL);
    now--;
}

static int note(int fd, bool slow)
{
    if (fd >= 0 && fd < DESCRIPTORS)
        is_slow[fd] = slow;
    return fd;
}

static void *find(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

#define NEXT(type, name, parameters)                                                               \
    union {                                                                                        \
        void *object;                                                                              \
        type(*function) parameters;                                                                \
    } next = {find(#name)}

/* What has a path, and what has a descriptor. */
#define BY_PATH(type, name, path, parameters, arguments)                                           \
    type name parameters                                                                           \
    {                                                                                              \
        NEXT(type, name, parameters);                                                              \
        wait_if(is_below(path));                                                                   \
        return next.function arguments;                                                            \
    }
#define BY_DESCRIPTOR(type, name, parameters, arguments)                                           \
    type name parameters                                                                           \
    {                                                                                              \
        NEXT(type, name, parameters);                                                              \
        wait_if(is_open(fd));                                                                      \
        return next.function arguments;                                                            \
    }

#define OPENED(name)                                                                               \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        NEXT(int, name, (const char *, int, ...));                                                 \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;                      \
        va_end(arguments);                                                                         \
        wait_if(is_below(path));                                                                   \
        return note(next.function(path, flags, mode), is_below(path));                             \
    }
#define OPENED_AT(name)                                                                            \
    int name(int directory, const char *path, int flags, ...)                                      \
    {                                                                                              \
        NEXT(int, name, (int, const char *, int, ...));                                            \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;                      \
        va_end(arguments);                                                                         \
        bool slow = is_below(path) || is_open(directory);                                          \
        wait_if(slow);                                                                             \
        return note(next.function(directory, path, flags, mode), slow);                            \
    }

OPENED(open)
OPENED(open64)
OPENED_AT(openat)
OPENED_AT(openat64)
BY_PATH(int, stat, path, (const char *path, struct stat *status), (path, status))
BY_PATH(int, stat64, path, (const char *path, struct stat64 *status), (path, status))
BY_PATH(int, lstat, path, (const char *path, struct stat *status), (path, status))
BY_PATH(int, lstat64, path, (const char *path, struct stat64 *status), (path, status))
BY_PATH(int, faccessat, path, (int fd, const char *path, int mode, int flags),
        (fd, path, mode, flags))
BY_PATH(ssize_t, readlink, path, (const char *path, char *text, size_t size), (path, text, size))
BY_DESCRIPTOR(ssize_t, read, (int fd, void *data, size_t bytes), (fd, data, bytes))
BY_DESCRIPTOR(ssize_t, pread, (int fd, void *data, size_t bytes, off_t offset),
              (fd, data, bytes, offset))
BY_DESCRIPTOR(ssize_t, pread64, (int fd, void *data, size_t bytes, off64_t offset),
              (fd, data, bytes, offset))

int fstatat(int fd, const char *path, struct stat *status, int flags)
{
    NEXT(int, fstatat, (int, const char *, struct stat *, int));
    wait_if(is_below(path) || (fd != AT_FDCWD && is_open(fd)));
    return next.function(fd, path, status, flags);
}

int fstatat64(int fd, const char *path, struct stat64 *status, int flags)
{
    NEXT(int, fstatat64, (int, const char *, struct stat64 *, int));
    wait_if(is_below(path) || (fd != AT_FDCWD && is_open(fd)));
    return next.function(fd, path, status, flags);
}

int statx(int fd, const char *path, int flags, unsigned int mask, struct statx *status)
{
    NEXT(int, statx, (int, const char *, int, unsigned int, struct statx *));
    wait_if(is_below(path) || (fd != AT_FDCWD && is_open(fd)));
    return next.function(fd, path, flags, mask, status);
}

int close(int fd)
{
    NEXT(int, close, (int));
    note(fd, false);
    return next.function(fd);
}

__attribute__((destructor)) static void write_counts(void)
{
    const char *path = getenv("FANOUT_TEST_SLOW_COUNTS");
    FILE *file = path == NULL || calls == 0 ? NULL : fopen(path, "w");
    if (file == NULL)
        return;
    fprintf(file, "%d %d\n", calls, most);
    fclose(file);
}
