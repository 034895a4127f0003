/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/extract/ordinary.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where names that differ only in case are the same, the last of two stays. */
int fan_copy_ordinary_create(const fan_copy_ordinary *file)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = open(file->path, flags, file->creation);
    if (fd < 0 && errno == EEXIST && unlink(file->path) == 0)
        fd = open(file->path, flags, file->creation);
    return fd;
}

int fan_copy_ordinary_finish(const fan_copy_ordinary *file, int fd, bool good)
{
    good = good && (file->mode == file->creation || fchmod(fd, file->mode) == 0) &&
           futimens(fd, file->times) == 0;
    int error = good ? 0 : errno;
    return close(fd) == 0 || error != 0 ? error : errno;
}

/* ---- in parts ---- */

fan_copy_large *fan_copy_large_begin(const fan_copy_ordinary *how, int64_t bytes)
{
    fan_copy_large *large = malloc(sizeof *large);
    if (large == NULL)
        return NULL;
    large->how = *how;
    large->bytes = bytes;
    large->fd = fan_copy_ordinary_create(how);
    atomic_init(&large->left, bytes);
    if (large->fd >= 0)
        return large;
    int error = errno;
    free(large);
    errno = error;
    return NULL;
}

/* Returns errno, or 0. */
static int release(fan_copy_large *large, int64_t bytes, bool good)
{
    if (atomic_fetch_sub(&large->left, bytes) > bytes)
        return 0;
    int error = fan_copy_ordinary_finish(&large->how, large->fd, good);
    free(large);
    return error;
}

int fan_copy_large_write(fan_copy_large *large, int64_t offset, const void *data, size_t bytes)
{
    int error = fan_file_write_at(large->fd, data, bytes, offset) ? 0 : errno;
    int end = release(large, (int64_t)bytes, error == 0);
    return error != 0 ? error : end;
}

void fan_copy_large_drop(fan_copy_large *large, int64_t bytes)
{
    release(large, bytes, false);
}
