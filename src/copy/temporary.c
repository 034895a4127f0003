/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/temporary.h"
#include "copy/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    char path[PATH_MAX];
    char final_path[PATH_MAX];
    volatile sig_atomic_t exists;
} temporary;

/* Handlers run in this thread: only while signals are held may `exists` and the file disagree. */
static void hold_signals(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, before);
}

static void release_signals(const sigset_t *before)
{
    int error = errno;
    pthread_sigmask(SIG_SETMASK, before, NULL);
    errno = error;
}

static int close_with(int fd, int error)
{
    close(fd);
    errno = error;
    return -1;
}

/* Whether path still names the file that fd has open. */
static bool is_at(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && opened.st_dev == named.st_dev
        && opened.st_ino == named.st_ino;
}

/* Some file systems have no locks (ENOLCK on NFS without its lock service, ENOSYS on Lustre). */
static bool locks_are_missing(int error)
{
    return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP;
}

/* Remove what is at path if nobody has it locked. 0 also if it went away by itself. */
static int remove_stale(const char *path, bool *was_stale)
{
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return close_with(fd, EBUSY);
    /* It may have been renamed to its final name since it was opened. As long as it is here and we
     * have the lock, nobody else can put another file in its place. */
    if (is_at(fd, path)) {
        if (unlink(path) != 0)
            return close_with(fd, errno);
        *was_stale = true;
    }
    close(fd);
    return 0;
}

/* Create and lock. -1 with EEXIST if there is one already, or if it was taken for a stale one
 * before it was locked. */
static int create_locked(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && !locks_are_missing(errno))
        return close_with(fd, EEXIST);
    return is_at(fd, path) ? fd : close_with(fd, EEXIST);
}

static int name_it(const char *final_path)
{
    const char *base = fan_copy_path_base(final_path);
    int directory_length = (int)(base - final_path);
    int length = snprintf(temporary.path, sizeof temporary.path, "%.*s.%s.fanout-part",
                          directory_length, final_path, base);
    int final_length =
        snprintf(temporary.final_path, sizeof temporary.final_path, "%s", final_path);
    return length < PATH_MAX && final_length < PATH_MAX ? 0 : -1;
}

int fan_copy_temporary_create(const char *final_path, bool *was_stale)
{
    *was_stale = false;
    if (name_it(final_path) != 0) {
        errno = ENAMETOOLONG;
        return -1;
    }
    sigset_t before;
    hold_signals(&before);
    int fd = create_locked(temporary.path);
    /* Again after each removal of a stale file: others may try the same at the same time. */
    for (int attempt = 0; fd < 0 && errno == EEXIST && attempt < 10; attempt++) {
        if (remove_stale(temporary.path, was_stale) != 0)
            break;
        fd = create_locked(temporary.path);
    }
    temporary.exists = fd >= 0;
    release_signals(&before);
    return fd;
}

int fan_copy_temporary_commit(void)
{
    sigset_t before;
    hold_signals(&before);
    int result = rename(temporary.path, temporary.final_path);
    if (result == 0)
        temporary.exists = 0;
    release_signals(&before);
    return result;
}

const char *fan_copy_temporary_remove(void)
{
    sigset_t before;
    hold_signals(&before);
    bool existed = temporary.exists;
    if (existed)
        unlink(temporary.path);
    temporary.exists = 0;
    release_signals(&before);
    return existed ? temporary.final_path : NULL;
}
