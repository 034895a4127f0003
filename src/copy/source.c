/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/source.h"
#include "copy/digest.h"
#include "copy/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool check_kind(fan_copy_source *source, const struct stat *status)
{
    if (S_ISDIR(status->st_mode))
        snprintf(source->error, sizeof source->error,
                 "is a directory; trees are not supported yet, send an archive of it");
    else if (!S_ISREG(status->st_mode))
        snprintf(source->error, sizeof source->error,
                 "is not a regular file; only those can be copied");
    return source->error[0] == '\0';
}

static void fill_header(const fan_copy_source *source, const struct stat *status,
                        fan_copy_header *header)
{
    header->usable = true;
    header->mode = status->st_mode & 07777;
    header->bytes = status->st_size;
    header->accessed = status->st_atim;
    header->modified = status->st_mtim;
    header->device = status->st_dev;
    header->inode = status->st_ino;
    snprintf(header->name, sizeof header->name, "%s", fan_copy_path_base(source->path));
}

bool fan_copy_source_open(fan_copy_source *source, const char *path, fan_copy_header *header)
{
    struct stat status;
    source->path = path;
    source->hash = NULL;
    source->error[0] = '\0';
    /* O_NONBLOCK: opening a fifo must not wait for its writer. */
    source->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (source->fd < 0 || fstat(source->fd, &status) != 0) {
        fan_copy_describe_errno(source->error, sizeof source->error, "cannot open the source",
                                errno);
        return false;
    }
    if (!check_kind(source, &status))
        return false;
    source->bytes = status.st_size;
    source->hash = fan_copy_digest_start();
    fill_header(source, &status, header);
    posix_fadvise(source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return true;
}

static int shrunk(fan_copy_source *source, MPI_Count end)
{
    snprintf(source->error, sizeof source->error,
             "shrank from %lld to %lld bytes while it was read; copy it when nobody writes to it",
             (long long)source->bytes, (long long)end);
    return -1;
}

int fan_copy_source_read(fan_copy_source *source, MPI_Count offset, void *buffer, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t got =
            pread(source->fd, (char *)buffer + done, bytes - done, (off_t)offset + (off_t)done);
        if (got == 0)
            return shrunk(source, offset + (MPI_Count)done);
        if (got < 0) {
            fan_copy_describe_errno(source->error, sizeof source->error, "cannot read the source",
                                    errno);
            return -1;
        }
        done += (size_t)got;
    }
    XXH3_128bits_update(source->hash, buffer, bytes);
    return 0;
}

void fan_copy_source_close(fan_copy_source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    XXH3_freeState(source->hash);
}
