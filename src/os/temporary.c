/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/clock.h"
#include "os/cleanup.h"
#include "os/path.h"
#include "os/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

static int close_with(int fd, int error)
{
    close(fd);
    errno = error;
    return -1;
}

bool fan_os_temporary_is_at(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/* Some file systems have no locks (ENOLCK on NFS without its lock service, ENOSYS on Lustre). */
static bool locks_are_missing(int error)
{
    return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP;
}

bool fan_os_temporary_name(const char *final_path, const char *suffix, char *path, size_t size)
{
    const char *base = fan_os_path_base(final_path);
    int directory = (int)(base - final_path);
    int length;
    if (strlen(base) + strlen(FAN_COPY_JOURNAL) < NAME_MAX)
        length = snprintf(path, size, "%.*s.%s%s", directory, final_path, base, suffix);
    else
        length = snprintf(path, size, "%.*s.%016llx%s", directory, final_path,
                          (unsigned long long)XXH3_64bits(base, strlen(base)), suffix);
    return (size_t)length < size;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

bool fan_os_temporary_is(const char *path)
{
    const char *base = fan_os_path_base(path);
    return base[0] == '.' && (ends_with(base, FAN_COPY_PART) || ends_with(base, FAN_COPY_JOURNAL) ||
                              ends_with(base, FAN_COPY_LIST));
}

static int open_it(const char *path, int flags)
{
    flags |= O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int fd = open(path, flags);
    /* A killed run may have given it its final mode already. */
    if (fd < 0 && errno == EACCES && fchmodat(AT_FDCWD, path, S_IRWXU, AT_SYMLINK_NOFOLLOW) == 0)
        fd = open(path, flags);
    return fd;
}

static double impatient_from; /* on fan_clock_now()'s clock */

void fan_os_temporary_patience(double seconds)
{
    impatient_from = fan_clock_now() + seconds;
}

static bool lock(int fd)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    while (flock(fd, LOCK_EX | LOCK_NB) != 0)
        if (errno != EWOULDBLOCK || fan_clock_now() >= impatient_from)
            return locks_are_missing(errno);
        else
            nanosleep(&pause, NULL);
    return true;
}

/*
 * Open it if it is there and nobody has it locked. -1 with EBUSY, or ENOENT, also if it went away
 * meanwhile.
 */
static int take_over(const char *path, int flags)
{
    int fd = open_it(path, flags);
    if (fd < 0)
        return -1;
    if (!lock(fd))
        return close_with(fd, EBUSY);
    /* It may have been renamed to its final name since it was opened. As long as it is here and we
     * have the lock, nobody else can put another one in its place. */
    return fan_os_temporary_is_at(fd, path) ? fd : close_with(fd, ENOENT);
}

/*
 * Lock what was just made and opened. -1 with EEXIST if somebody took it for a stale one before it
 * was locked.
 */
static int lock_new(const char *path, int fd)
{
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && !locks_are_missing(errno))
        return close_with(fd, EEXIST);
    return fan_os_temporary_is_at(fd, path) ? fd : close_with(fd, EEXIST);
}

static int create_file(const char *path)
{
    return lock_new(path, open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
}

static int create_directory(const char *path)
{
    return mkdir(path, S_IRWXU) != 0
               ? -1
               : lock_new(path, open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

static bool is_directory(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

/* `resume`: one that is a directory is good. */
static fan_os_temporary create(const char *path, bool resume, int (*create_new)(const char *))
{
    fan_os_temporary made = {.fd = create_new(path)};
    /* Again after each removal of a stale one: others may try the same at the same time. */
    for (int attempt = 0; made.fd < 0 && errno == EEXIST && attempt < 10; attempt++) {
        int stale = take_over(path, O_RDONLY);
        if (stale < 0 && errno != ENOENT)
            break;
        if (stale >= 0 && resume && is_directory(stale))
            return (fan_os_temporary){.fd = stale, .resumed = true};
        if (stale >= 0) {
            int failed = fan_os_cleanup_remove(path);
            close_with(stale, errno);
            if (failed)
                break;
            made.stale = true;
        }
        made.fd = create_new(path);
    }
    return made;
}

fan_os_temporary fan_os_temporary_file(const char *path)
{
    return create(path, false, create_file);
}

int fan_os_temporary_take(const char *path)
{
    return take_over(path, O_RDWR);
}

bool fan_os_temporary_remove(const char *path)
{
    int stale = take_over(path, O_RDONLY);
    if (stale < 0)
        return false;
    bool removed = fan_os_cleanup_remove(path) == 0;
    close(stale);
    return removed;
}

fan_os_temporary fan_os_temporary_directory(const char *path, bool resume)
{
    return create(path, resume, create_directory);
}
