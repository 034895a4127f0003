/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/param.h>
#include <unistd.h>

enum { AT_POSITION = -1 }; /* in place of an offset: where the descriptor stands */

static ssize_t read_some(int fd, char *data, size_t bytes, int64_t offset)
{
    return offset == AT_POSITION ? read(fd, data, bytes) : pread(fd, data, bytes, (off_t)offset);
}

static ssize_t write_some(int fd, const char *data, size_t bytes, int64_t offset)
{
    return offset == AT_POSITION ? write(fd, data, bytes) : pwrite(fd, data, bytes, (off_t)offset);
}

static int64_t after(int64_t offset, ssize_t moved)
{
    return offset == AT_POSITION ? AT_POSITION : offset + moved;
}

static ssize_t read_all(int fd, char *data, size_t bytes, int64_t offset)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t got = read_some(fd, data + done, bytes - done, offset);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0) {
            done += (size_t)got;
            offset = after(offset, got);
        }
    }
    return (ssize_t)done;
}

static bool write_all(int fd, const char *data, size_t bytes, int64_t offset)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t put = write_some(fd, data + done, bytes - done, offset);
        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0) {
            done += (size_t)put;
            offset = after(offset, put);
        }
    }
    return true;
}

ssize_t fan_file_read(int fd, void *data, size_t bytes)
{
    return read_all(fd, data, bytes, AT_POSITION);
}

ssize_t fan_file_read_at(int fd, void *data, size_t bytes, int64_t offset)
{
    return read_all(fd, data, bytes, offset);
}

bool fan_file_write(int fd, const void *data, size_t bytes)
{
    return write_all(fd, data, bytes, AT_POSITION);
}

bool fan_file_write_at(int fd, const void *data, size_t bytes, int64_t offset)
{
    return write_all(fd, data, bytes, offset);
}

bool fan_file_wait(int fd, short events, double seconds)
{
    struct pollfd of = {.fd = fd, .events = events};
    int milliseconds = seconds > 0 ? (int)MIN(MAX(seconds * 1e3, 1), INT_MAX) : -1;
    int ready;
    do
        ready = poll(&of, 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    return ready != 0;
}
