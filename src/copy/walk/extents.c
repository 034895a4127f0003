/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/walk/extents.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/param.h>
#include <unistd.h>

enum { STAT_BLOCK = 512 }; /* the unit of st_blocks, see stat(3type) */

void fan_copy_extents_add(fan_copy_extents *extents, int64_t offset, int64_t bytes)
{
    fan_copy_grow(&extents->list, &extents->room, extents->count + 1, sizeof *extents->list);
    extents->list[extents->count++] = (fan_copy_extent){offset, bytes};
}

/* SEEK_DATA and SEEK_HOLE: a file system without holes reports data everywhere. */
static int find_data(fan_copy_extents *extents, int fd, int64_t size)
{
    for (int64_t end = 0; end < size;) {
        int64_t start = lseek(fd, end, SEEK_DATA);
        if (start < 0)
            return errno == ENXIO ? 0 : errno; /* nothing but a hole follows */
        end = lseek(fd, start, SEEK_HOLE);
        if (end < 0)
            return errno;
        if (start < size)
            fan_copy_extents_add(extents, start, MIN(end, size) - start);
    }
    return 0;
}

int fan_copy_extents_read(fan_copy_extents *extents, const char *path, const struct stat *status)
{
    if (status->st_size == 0)
        return 0;
    if (status->st_blocks >= (status->st_size + STAT_BLOCK - 1) / STAT_BLOCK) {
        fan_copy_extents_add(extents, 0, status->st_size);
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = find_data(extents, fd, status->st_size);
    close(fd);
    return error;
}
