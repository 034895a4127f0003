/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/once/marker.h"
#include "os/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* All of it is written at once, so that a SIGKILL leaves the old text or the new one. */
enum { TEXT_BYTES = 1024 };

#define SUFFIX ".fanout-once"
#define HASH   "%016" PRIx64 "%016" PRIx64
#define SCAN   "%16" SCNx64 "%16" SCNx64

bool fan_copy_marker_name(const char *final_path, char path[static PATH_MAX])
{
    return fan_os_temporary_name(final_path, SUFFIX, path, PATH_MAX);
}

int fan_copy_marker_lock(const char *path)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            close(fd);
            errno = EBUSY;
            return -1;
        }
        if (fan_os_temporary_is_at(fd, path))
            return fd;
        close(fd); /* its last owner has removed it */
    }
}

void fan_copy_marker_hash(XXH128_hash_t hash, char text[static FAN_COPY_MARKER_HASH])
{
    snprintf(text, FAN_COPY_MARKER_HASH, HASH, (uint64_t)hash.high64, (uint64_t)hash.low64);
}

static void print(const fan_copy_marker *m, char text[static TEXT_BYTES])
{
    memset(text, '\n', TEXT_BYTES);
    int length = snprintf(
        text, TEXT_BYTES,
        "fanout-copy --once 1\nstate %s\ncontent " HASH "\nsource " HASH "\nseal " HASH
        "\ninode %" PRIu64 "\nbytes %" PRId64 "\nmodified %" PRId64 " %ld\nprocess %d\n"
        "host %s\n",
        m->whole ? "whole" : "making", (uint64_t)m->content.digest.high64,
        (uint64_t)m->content.digest.low64, (uint64_t)m->content.source.high64,
        (uint64_t)m->content.source.low64, (uint64_t)m->seal.high64, (uint64_t)m->seal.low64,
        m->inode, m->bytes, (int64_t)m->modified.tv_sec, m->modified.tv_nsec, m->process, m->host);
    length += snprintf(text + length, TEXT_BYTES - (size_t)length, "check %016" PRIx64,
                       (uint64_t)XXH3_64bits(text, (size_t)length));
    text[length] = '\n';
}

/* False if it is not such a text. The check is the caller's. */
static bool parse(const char *text, fan_copy_marker *m)
{
    char state[8];
    uint64_t hashes[6];
    int64_t seconds;
    int found =
        sscanf(text,
               "fanout-copy --once 1\nstate %7s\ncontent " SCAN "\nsource " SCAN "\nseal " SCAN
               "\ninode %" SCNu64 "\nbytes %" SCNd64 "\nmodified %" SCNd64
               " %ld\nprocess %d\nhost %255s\n",
               state, &hashes[0], &hashes[1], &hashes[2], &hashes[3], &hashes[4], &hashes[5],
               &m->inode, &m->bytes, &seconds, &m->modified.tv_nsec, &m->process, m->host);
    if (found != 13)
        return false;
    m->whole = strcmp(state, "whole") == 0;
    m->content.digest = (XXH128_hash_t){.high64 = hashes[0], .low64 = hashes[1]};
    m->content.source = (XXH128_hash_t){.high64 = hashes[2], .low64 = hashes[3]};
    m->seal = (XXH128_hash_t){.high64 = hashes[4], .low64 = hashes[5]};
    m->modified.tv_sec = (time_t)seconds;
    return true;
}

fan_copy_marker_state fan_copy_marker_read(int fd, fan_copy_marker *marker)
{
    char text[TEXT_BYTES + 1] = "", again[TEXT_BYTES];
    ssize_t got = fan_file_read_at(fd, text, TEXT_BYTES, 0);
    if (got == 0)
        return FAN_COPY_MARKER_NONE;
    *marker = (fan_copy_marker){0};
    if (got != TEXT_BYTES || !parse(text, marker))
        return FAN_COPY_MARKER_DAMAGED;
    print(marker, again);
    return memcmp(text, again, TEXT_BYTES) == 0 ? FAN_COPY_MARKER_GOOD : FAN_COPY_MARKER_DAMAGED;
}

fan_copy_marker_state fan_copy_marker_look(const char *path, fan_copy_marker *marker)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return FAN_COPY_MARKER_NONE;
    fan_copy_marker_state state = fan_copy_marker_read(fd, marker);
    close(fd);
    return state;
}

bool fan_copy_marker_write(int fd, const fan_copy_marker *marker)
{
    char text[TEXT_BYTES];
    print(marker, text);
    return fan_file_write_at(fd, text, sizeof text, 0);
}

void fan_copy_marker_set(fan_copy_marker *marker, const struct stat *status)
{
    bool is_file = S_ISREG(status->st_mode);
    marker->inode = status->st_ino;
    marker->bytes = is_file ? status->st_size : 0;
    marker->modified = is_file ? status->st_mtim : (struct timespec){0};
}

bool fan_copy_marker_fits(const fan_copy_marker *marker, const char *path)
{
    struct stat status;
    fan_copy_marker there = {0};
    if (lstat(path, &status) != 0)
        return false;
    fan_copy_marker_set(&there, &status);
    return there.inode == marker->inode && there.bytes == marker->bytes &&
           there.modified.tv_sec == marker->modified.tv_sec &&
           there.modified.tv_nsec == marker->modified.tv_nsec;
}
