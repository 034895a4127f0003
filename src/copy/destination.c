/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/destination.h"
#include "base/units.h"
#include "copy/digest.h"
#include "copy/path.h"
#include "copy/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Enough for the device to work on at a time, little against what a kernel lets become dirty. */
enum { WRITE_BACK_BYTES = 8 << 20 };

static bool resolve(const char *pattern, const fan_copy_header *header, fan_copy_outcome *outcome)
{
    char *path = outcome->path;
    int error =
        fan_copy_path_expand(pattern, outcome->host, outcome->rank, path, sizeof outcome->path);
    if (error == 0)
        error = fan_copy_path_into_directory(path, sizeof outcome->path, header->name);
    if (error == EINVAL)
        fan_copy_outcome_fail(outcome,
                              "is not a regular file and is not replaced; choose another name");
    else if (error != 0)
        fan_copy_outcome_fail_errno(outcome, "cannot write here", error);
    return error == 0;
}

static bool is_source(const char *path, const fan_copy_header *header)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_dev == header->device
        && status.st_ino == header->inode;
}

static void create(fan_copy_destination *destination)
{
    fan_copy_outcome *outcome = destination->outcome;
    bool was_stale;
    destination->fd = fan_copy_temporary_create(outcome->path, &was_stale);
    if (was_stale)
        snprintf(outcome->note, sizeof outcome->note,
                 "removed the temporary file of an earlier copy that was killed");
    if (destination->fd >= 0)
        return;
    if (errno == EBUSY)
        fan_copy_outcome_fail(outcome,
                              "another process is writing this file; if hosts share this "
                              "directory, put %%h into DST, else try again when that copy ends");
    else
        fan_copy_outcome_fail_errno(outcome, "cannot create a temporary file beside it", errno);
}

static void check_room(fan_copy_outcome *outcome, int fd, int64_t bytes)
{
    struct statvfs status;
    if (fstatvfs(fd, &status) != 0 || status.f_blocks == 0) /* 0 blocks: a tmpfs without a limit */
        return;
    fsblkcnt_t blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail;
    if (((uint64_t)bytes + status.f_frsize - 1) / status.f_frsize <= blocks)
        return;
    char needed[16], free_there[16];
    fan_format_bytes(bytes, needed, sizeof needed);
    fan_format_bytes((int64_t)(blocks * status.f_frsize), free_there, sizeof free_there);
    fan_copy_outcome_fail(
        outcome, "no room: %s needed, %s free; make room there, or choose another destination",
        needed, free_there);
}

void fan_copy_destination_prepare(fan_copy_destination *destination,
                                  const fan_copy_options *options, const fan_copy_header *header,
                                  bool on_source_node, fan_copy_outcome *outcome)
{
    *destination = (fan_copy_destination){.options = options, .outcome = outcome, .fd = -1};
    if (!resolve(options->destination, header, outcome))
        return;
    if (on_source_node && is_source(outcome->path, header)) {
        snprintf(outcome->note, sizeof outcome->note, "is the source itself; left as it is");
        outcome->whole = true;
        return;
    }
    create(destination);
    if (destination->fd >= 0)
        check_room(outcome, destination->fd, header->bytes);
    if (outcome->error[0] != '\0') {
        fan_copy_destination_close(destination);
        return;
    }
    destination->hash = fan_copy_digest_start();
    outcome->writes = true;
}

/* What fsync() will have to wait for should be under way by then. Otherwise the kernel knows better
 * when to write: this call can block, and then the hosts that we relay to wait as well. */
static void start_write_back(fan_copy_destination *destination, int64_t end)
{
    int64_t bytes = end - destination->flushing;
    if (!destination->options->sync || bytes < WRITE_BACK_BYTES)
        return;
    sync_file_range(destination->fd, destination->flushing, bytes, SYNC_FILE_RANGE_WRITE);
    destination->flushing = end;
}

int fan_copy_destination_write(fan_copy_destination *destination, MPI_Count offset,
                               const void *buffer, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t put = pwrite(destination->fd, (const char *)buffer + done, bytes - done,
                             (off_t)offset + (off_t)done);
        if (put < 0) {
            fan_copy_outcome_fail_errno(destination->outcome, "cannot write", errno);
            return -1;
        }
        done += (size_t)put;
    }
    XXH3_128bits_update(destination->hash, buffer, bytes);
    start_write_back(destination, (int64_t)offset + (int64_t)bytes);
    return 0;
}

static int set_mode_and_times(int fd, const fan_copy_header *header)
{
    const struct timespec times[2] = {header->accessed, header->modified};
    return fchmod(fd, header->mode) != 0 ? -1 : futimens(fd, times);
}

/* Network file systems report late write errors when a descriptor is closed; ours must stay open,
 * because it holds the lock, so close another one. */
static int collect_late_errors(int fd)
{
    int other = dup(fd);
    return other < 0 ? -1 : close(other);
}

static int sync_directory(const char *path)
{
    char directory[PATH_MAX];
    int length = (int)(fan_copy_path_base(path) - path);
    snprintf(directory, sizeof directory, "%.*s.", length, path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = fsync(fd);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static const char *try_finish(fan_copy_destination *destination, const fan_copy_header *header)
{
    bool sync = destination->options->sync;
    if (set_mode_and_times(destination->fd, header) != 0)
        return "cannot set mode and times";
    if (sync && fsync(destination->fd) != 0)
        return "cannot flush the file";
    if (collect_late_errors(destination->fd) != 0)
        return "cannot write";
    if (fan_copy_temporary_commit() != 0)
        return "cannot rename the temporary file";
    if (sync && sync_directory(destination->outcome->path) != 0)
        return "cannot flush the directory";
    return NULL;
}

void fan_copy_destination_finish(fan_copy_destination *destination, const fan_copy_header *header,
                                 const char *digest)
{
    fan_copy_outcome *outcome = destination->outcome;
    char written[FAN_COPY_DIGEST_TEXT];
    fan_copy_digest_text(destination->hash, written);
    if (strcmp(written, digest) != 0) {
        fan_copy_outcome_fail(
            outcome,
            "the data that arrived differs from the source (XXH3 %s, not %s); check the memory and "
            "the network of this host and copy again",
            written, digest);
        return;
    }
    const char *failed = try_finish(destination, header);
    if (failed != NULL)
        fan_copy_outcome_fail_errno(outcome, failed, errno);
    outcome->whole = failed == NULL;
}

void fan_copy_destination_close(fan_copy_destination *destination)
{
    fan_copy_temporary_remove();
    if (destination->fd >= 0)
        close(destination->fd);
    destination->fd = -1;
    XXH3_freeState(destination->hash);
    destination->hash = NULL;
}
