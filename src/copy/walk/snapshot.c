/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/walk/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/param.h>
#include <unistd.h>

/* O_NONBLOCK: a log of the kernel would be waited for. */
static int open_source(const char *path)
{
    return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* Its last byte is there and none after it. A file that has changed meanwhile is not our affair. */
static int compare_size(int fd, const struct stat *before, bool *differs)
{
    struct stat status;
    char bytes[2];
    if (fstat(fd, &status) != 0)
        return errno;
    if (status.st_size != before->st_size)
        return 0;
    /* Not all of these files can be read at an offset. */
    ssize_t got = status.st_size == 0 ? read(fd, bytes, sizeof bytes)
                                      : pread(fd, bytes, sizeof bytes, status.st_size - 1);
    *differs = got != MIN(status.st_size, 1);
    return got < 0 ? errno : 0;
}

int fan_copy_snapshot_needed(const char *path, const struct stat *status, bool *needed)
{
    *needed = false;
    if (status->st_blocks > 0)
        return 0;
    int fd = open_source(path);
    if (fd < 0)
        return errno;
    int error = compare_size(fd, status, needed);
    close(fd);
    return error;
}

static int transfer(int from, int to, int64_t *bytes, const char **what)
{
    char data[64 << 10];
    ssize_t got;
    while ((got = read(from, data, sizeof data)) > 0 || (got < 0 && errno == EINTR)) {
        *what = "cannot keep what it holds in a temporary file (TMPDIR)";
        if (got > 0 && !fan_file_write(to, data, (size_t)got))
            return errno;
        *bytes += MAX(got, 0);
    }
    *what = "cannot read the source";
    return got < 0 ? errno : 0;
}

int fan_copy_snapshot_take(const char *path, const char *place, int64_t *bytes, const char **what)
{
    *bytes = 0;
    *what = "cannot open the source";
    int from = open_source(path);
    if (from < 0)
        return errno;
    *what = "cannot make a temporary file (TMPDIR)";
    int to = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    int error = to < 0 ? errno : transfer(from, to, bytes, what);
    close(from);
    if (to >= 0)
        close(to);
    return error;
}
