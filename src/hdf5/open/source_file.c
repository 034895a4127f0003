/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/open/source_file.h"

#include "base/file.h"
#include "hdf5/open/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool fail(const fan_h5_source_file *file, const char *what)
{
    return fan_h5_fail(file->errors, "cannot %s %s: %s", what, file->path, strerror(errno));
}

static bool look(fan_h5_source_file *file)
{
    if (fstat(file->descriptor, &file->before) != 0)
        return fail(file, "look at");
    if (!S_ISREG(file->before.st_mode))
        return fan_h5_fail(file->errors, "cannot open %s: it is %s", file->path,
                           S_ISDIR(file->before.st_mode) ? "a directory" : "not a regular file");
    if (file->before.st_size == 0)
        return fan_h5_fail(file->errors, "cannot open %s: it is empty", file->path);
    return true;
}

/* O_NONBLOCK: opening a pipe must not wait for a writer. */
bool fan_h5_source_open(fan_h5_source_file *file, const char *path, fan_h5_errors *errors)
{
    *file = (fan_h5_source_file){.errors = errors, .path = path, .descriptor = -1};
    if (path == NULL)
        return fan_h5_fail(errors, "the path is NULL");
    file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->descriptor < 0)
        return fail(file, "open");
    posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    return fan_h5_file_lock(file->descriptor, path, errors) && look(file);
}

int fan_h5_source_read(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    fan_h5_source_file *file = state;
    ssize_t got = fan_file_read_at(file->descriptor, buffer, bytes, offset);
    if (got == (ssize_t)bytes)
        return 0;
    if (got < 0)
        fail(file, "read");
    else
        fan_h5_fail(file->errors, "%s became shorter while it was read", file->path);
    return -1;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

void fan_h5_source_close(fan_h5_source_file *file)
{
    struct stat after;
    if (file->descriptor < 0)
        return;
    if (fstat(file->descriptor, &after) != 0)
        fail(file, "look at");
    else if (after.st_size != file->before.st_size ||
             !same_time(&after.st_mtim, &file->before.st_mtim))
        fan_h5_fail(file->errors, "%s was changed while it was read", file->path);
    close(file->descriptor);
    file->descriptor = -1;
}
