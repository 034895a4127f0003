/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/segment.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Compiled in: libfanout.so needs no library for one hash. */
#define XXH_INLINE_ALL
#include <xxhash.h>

static fan_status failure(int error, const char *what)
{
    return fan_fail(FAN_ERR_SYSTEM, "%s: %s", what, strerror(error));
}

static fan_status map(int file, size_t bytes, fan_segment *segment)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        return failure(errno, "mmap");
    *segment = (fan_segment){memory, bytes};
    return FAN_OK;
}

/* A file that grows beyond the limit is not only an error: SIGXFSZ ends the process. */
static bool exceeds_limit(fan_segment_part part)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           part.offset + part.bytes > limit.rlim_cur;
}

/*
 * Missing memory must be noticed now: the first touch would raise SIGBUS. Pages come from the NUMA
 * node on which this runs, as if they were touched here; the file grows as far as needed.
 */
static fan_status reserve(int file, fan_segment_part part)
{
    if (exceeds_limit(part))
        return failure(EFBIG, "the limit of file sizes (ulimit -f)");
    int error = part.bytes == 0 ? 0 : posix_fallocate(file, (off_t)part.offset, (off_t)part.bytes);
    return error == 0 ? FAN_OK : failure(error, "posix_fallocate");
}

fan_status fan_segment_create(size_t bytes, fan_segment_part part, fan_segment *segment,
                              fan_segment_name *name)
{
    struct stat found;
    int file = memfd_create("fanout", MFD_CLOEXEC);
    if (file < 0)
        return failure(errno, "memfd_create");
    fan_status status = reserve(file, part);
    if (status == FAN_OK && fstat(file, &found) != 0)
        status = failure(errno, "fstat");
    if (status == FAN_OK)
        status = map(file, bytes, segment);
    if (status != FAN_OK) {
        close(file);
        return status;
    }
    *name = (fan_segment_name){getpid(), file, found.st_dev, found.st_ino};
    return FAN_OK;
}

void fan_segment_close_name(const fan_segment_name *name)
{
    close((int)name->file);
}

fan_status fan_segment_open(const fan_segment_name *name, size_t bytes, fan_segment_part part,
                            fan_segment *segment)
{
    char path[64];
    struct stat found;
    snprintf(path, sizeof path, "/proc/%lld/fd/%lld", (long long)name->pid, (long long)name->file);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return failure(errno, path);
    fan_status status = FAN_OK;
    if (fstat(file, &found) != 0)
        status = failure(errno, path);
    else if (found.st_dev != name->device || found.st_ino != name->inode)
        status = fan_fail(FAN_ERR_SYSTEM, "%s is not what was shared", path);
    if (status == FAN_OK)
        status = reserve(file, part);
    if (status == FAN_OK)
        status = map(file, bytes, segment);
    close(file);
    return status;
}

fan_status fan_segment_protect(const fan_segment *segment)
{
    return mprotect(segment->memory, segment->bytes, PROT_READ) == 0 ? FAN_OK
                                                                     : failure(errno, "mprotect");
}

void fan_segment_release(fan_segment *segment)
{
    munmap(segment->memory, segment->bytes);
    *segment = (fan_segment){0};
}

uint64_t fan_segment_reach(void)
{
    char boot[64];
    struct stat names;
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t bytes = file < 0 ? -1 : fan_file_read(file, boot, sizeof boot);
    if (file >= 0)
        close(file);
    if (bytes <= 0 || stat("/proc/self/ns/pid", &names) != 0)
        return 0;
    return XXH64(boot, (size_t)bytes, names.st_ino);
}
