/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/job/memory.h"
#include "copy/model/attributes.h"
#include "copy/part/journal.h"
#include "copy/part/part.h"
#include "os/cleanup.h"
#include "os/path.h"
#include "os/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>
#include <unistd.h>

/* Enough for the device to work on at a time, little against what a kernel lets become dirty. */
enum { WRITE_BACK_BYTES = 8 << 20 };

/* ---- beginning ---- */

static const char cannot_create[] = "cannot create a temporary file beside it";

static bool name_it(fan_copy_part *part)
{
    bool fits =
        fan_os_temporary_name(part->final_path, FAN_COPY_PART, part->path, sizeof part->path) &&
        fan_os_temporary_name(part->final_path, FAN_COPY_JOURNAL, part->journal_path,
                              sizeof part->journal_path);
    errno = ENAMETOOLONG;
    return fits;
}

/* A file of one piece is either whole or worthless; so is one of unknown length. */
static bool needs_journal(const fan_copy_entry *entry)
{
    return entry->bytes > FAN_COPY_BLOCK;
}

static int continue_journal(fan_copy_part *part, const fan_copy_entry *entry)
{
    fan_copy_record *records;
    int64_t count;
    int journal = fan_copy_journal_continue(part->journal_path, entry, &records, &count);
    free(records);
    return journal;
}

static const char *open_journal(fan_copy_part *part, const fan_copy_entry *entry, bool resumed)
{
    if (!needs_journal(entry)) {
        unlink(part->journal_path);
        return NULL;
    }
    part->journal = resumed ? continue_journal(part, entry)
                            : fan_copy_journal_create(part->journal_path, entry);
    return part->journal < 0 ? "cannot create a journal beside it" : NULL;
}

static const char *open_temporary(fan_copy_part *part, const fan_copy_entry *entry,
                                  const fan_copy_part_place *place, int taken)
{
    fan_os_temporary made = {.fd = taken};
    if (taken < 0)
        made = fan_os_temporary_file(part->path);
    part->fd = made.fd;
    part->stale |= made.stale;
    if (part->fd < 0 && errno == EBUSY) {
        errno = 0;
        return "another process is writing this file; try again when that copy ends";
    }
    if (part->fd < 0)
        return cannot_create;
    if (!place->staged) {
        fan_os_cleanup_add(part->path, place->path);
        fan_os_cleanup_add(part->journal_path, place->path);
    }
    return open_journal(part, entry, taken >= 0);
}

bool fan_copy_part_is_direct(const fan_copy_entry *entry, bool staged)
{
    return staged && !needs_journal(entry);
}

/*
 * Nobody can reach it before its tree gets its name, so it may have its final mode from the start;
 * but attributes cannot be set on what is read-only.
 */
static mode_t first_mode(const fan_copy_entry *entry)
{
    mode_t mode = entry->mode & 0777;
    return entry->extra_bytes > 0 ? mode | S_IWUSR : mode;
}

/* What a killed run has left there may be another name of something that is whole. */
static const char *open_direct(fan_copy_part *part, const fan_copy_entry *entry)
{
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    part->fd = open(part->final_path, flags, first_mode(entry));
    if (part->fd < 0 && errno == EEXIST && unlink(part->final_path) == 0)
        part->fd = open(part->final_path, flags, first_mode(entry));
    return part->fd < 0 ? cannot_create : NULL;
}

const char *fan_copy_part_open(fan_copy_part *part, const fan_copy_entry *entry,
                               const fan_copy_part_place *place, int taken)
{
    part->written_count = part->end = part->flushing = 0;
    part->taken = taken >= 0;
    part->clean = place->clean;
    part->direct = !part->taken && fan_copy_part_is_direct(entry, place->staged);
    snprintf(part->final_path, sizeof part->final_path, "%s", place->path);
    if (part->direct)
        return open_direct(part, entry);
    return name_it(part) ? open_temporary(part, entry, place, taken) : cannot_create;
}

/* ---- writing ---- */

/* What fsync() will have to wait for should be under way by then. Otherwise the kernel knows better
 * when to write: this call can block, and then the hosts that we relay to wait as well. */
static void start_write_back(fan_copy_part *part)
{
    int64_t bytes = part->end - part->flushing;
    if (bytes < WRITE_BACK_BYTES)
        return;
    sync_file_range(part->fd, part->flushing, bytes, SYNC_FILE_RANGE_WRITE);
    part->flushing = part->end;
}

static void remember(fan_copy_part *part, int64_t offset, int64_t bytes, XXH128_hash_t hash)
{
    fan_copy_grow(&part->written, &part->written_room, part->written_count + 1,
                  sizeof *part->written);
    part->written[part->written_count++] = (fan_copy_written){offset, bytes, hash};
}

const char *fan_copy_part_write(fan_copy_part *part, const fan_copy_part_options *options,
                                int64_t offset, const void *data, int64_t bytes,
                                const XXH128_hash_t *known)
{
    if (!fan_file_write_at(part->fd, data, (size_t)bytes, offset))
        return "cannot write";
    if (part->journal >= 0 || options->verify) {
        XXH128_hash_t hash = known != NULL ? *known : XXH3_128bits(data, (size_t)bytes);
        if (options->verify)
            remember(part, offset, bytes, hash);
        /* After the data: what the journal promises is there. */
        if (part->journal >= 0 && !fan_copy_journal_add(part->journal, offset, bytes, hash))
            return "cannot write the journal beside it";
    }
    part->end = MAX(part->end, offset + bytes);
    if (options->sync)
        start_write_back(part);
    return NULL;
}

/* ---- the end ---- */

static bool read_at(int fd, char *data, int64_t bytes, int64_t offset)
{
    ssize_t got = fan_file_read_at(fd, data, (size_t)bytes, offset);
    if (got >= 0 && got < bytes)
        errno = ENODATA;
    return got == bytes;
}

static const char *verify(fan_copy_part *part)
{
    char *data = fan_copy_allocate(1, FAN_COPY_BLOCK);
    const char *failed = NULL;
    /* From the device, not from memory: what is clean can be dropped. */
    if (fdatasync(part->fd) != 0)
        failed = "cannot flush the file";
    posix_fadvise(part->fd, 0, 0, POSIX_FADV_DONTNEED);
    for (int64_t i = 0; failed == NULL && i < part->written_count; i++) {
        const fan_copy_written *w = &part->written[i];
        if (!read_at(part->fd, data, w->bytes, w->offset)) {
            failed = "cannot read it back";
        } else if (!XXH128_isEqual(XXH3_128bits(data, (size_t)w->bytes), w->hash)) {
            errno = 0;
            failed = "what was read back differs from what was written; check the device and the "
                     "memory of this host";
        }
    }
    free(data);
    return failed;
}

/* Network file systems report late write errors when a descriptor is closed; ours must stay open,
 * because it holds the lock, so close another one. */
static int collect_late_errors(int fd)
{
    int other = dup(fd);
    return other < 0 ? -1 : close(other);
}

int fan_copy_sync_directory(const char *path)
{
    char directory[PATH_MAX];
    fan_os_path_parent(path, directory, sizeof directory);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = fsync(fd);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static void close_part(fan_copy_part *part)
{
    if (!part->direct) {
        fan_os_cleanup_forget(part->path);
        fan_os_cleanup_forget(part->journal_path);
    }
    close(part->fd);
    if (part->journal >= 0)
        close(part->journal);
    part->fd = part->journal = -1;
}

/* A new file that was written to its end has its size. */
static bool set_size(const fan_copy_part *part, const fan_copy_entry *entry)
{
    int64_t size = entry->bytes > 0 ? entry->bytes : part->end;
    return (size == part->end && !part->taken) || ftruncate(part->fd, (off_t)size) == 0;
}

/* Give it its name. */
static const char *publish(fan_copy_part *part, bool sync)
{
    if (collect_late_errors(part->fd) != 0)
        return "cannot write";
    if (fan_os_cleanup_commit(part->path, part->final_path) != 0)
        return "cannot rename the temporary file";
    if (part->journal >= 0)
        unlink(part->journal_path);
    if (sync && fan_copy_sync_directory(part->final_path) != 0)
        return "cannot flush the directory";
    close_part(part);
    return NULL;
}

/* It has its name. Its directory is flushed when all is in it. */
static const char *close_direct(fan_copy_part *part)
{
    int fd = part->fd;
    part->fd = -1;
    return close(fd) != 0 ? "cannot write" : NULL;
}

const char *fan_copy_part_finish(fan_copy_part *part, const fan_copy_part_options *options,
                                 const fan_copy_manifest *manifest, const fan_copy_entry *entry,
                                 const char **lost, int *lost_errno)
{
    const fan_copy_attributes_place place = {
        .path = part->direct ? part->final_path : part->path, .fd = part->fd, .clean = part->clean};
    if (!set_size(part, entry))
        return "cannot set the size";
    const char *failed = options->verify ? verify(part) : NULL;
    if (failed == NULL)
        failed =
            fan_copy_attributes_apply(manifest, entry, &place, options->archive, lost, lost_errno);
    if (failed != NULL)
        return failed;
    if (options->sync && fsync(part->fd) != 0)
        return "cannot flush the file";
    return part->direct ? close_direct(part) : publish(part, options->sync);
}

static void end_part(fan_copy_part *part)
{
    if (part->fd >= 0)
        close_part(part);
    free(part->written);
    part->written = NULL;
    part->written_room = 0;
}

void fan_copy_part_discard(fan_copy_part *part)
{
    if (part->fd >= 0) {
        unlink(part->direct ? part->final_path : part->path);
        if (!part->direct)
            unlink(part->journal_path);
    }
    end_part(part);
}

void fan_copy_part_leave(fan_copy_part *part)
{
    if (part->journal >= 0)
        end_part(part);
    else
        fan_copy_part_discard(part);
}

/* ---- what a killed run has left ---- */

bool fan_copy_part_remove_stale(const char *final_path)
{
    char path[PATH_MAX];
    bool removed = fan_os_temporary_name(final_path, FAN_COPY_PART, path, sizeof path) &&
                   fan_os_temporary_remove(path);
    /* If it is still there, a process is writing it and its journal. */
    if ((removed || access(path, F_OK) != 0) &&
        fan_os_temporary_name(final_path, FAN_COPY_JOURNAL, path, sizeof path))
        unlink(path);
    return removed;
}

static bool has_data(int fd, const fan_copy_record *record, char *room)
{
    return read_at(fd, room, record->bytes, record->offset) &&
           XXH128_isEqual(XXH3_128bits(room, (size_t)record->bytes), record->hash);
}

static int by_offset(const void *left, const void *right)
{
    const fan_copy_record *a = left, *b = right;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Add the pieces that are in the records and in the file. Returns whether any was added. */
static bool add_whole(const fan_copy_manifest *manifest, fan_copy_cursor first, int fd,
                      fan_copy_record *records, int64_t count, fan_copy_set *whole)
{
    char *room = fan_copy_allocate(1, FAN_COPY_BLOCK);
    int64_t entry = first.entry;
    bool any = false;
    fan_copy_piece piece;
    qsort(records, (size_t)count, sizeof *records, by_offset);
    while (fan_copy_pieces_next(manifest, &first, &piece) && piece.entry == entry) {
        const fan_copy_record key = {.offset = piece.offset};
        const fan_copy_record *found =
            bsearch(&key, records, (size_t)count, sizeof *records, by_offset);
        if (found == NULL || found->bytes != piece.bytes || !has_data(fd, found, room))
            continue;
        fan_copy_set_add(whole, piece.index);
        any = true;
    }
    free(room);
    return any;
}

int fan_copy_part_look(const fan_copy_manifest *manifest, const char *final_path,
                       fan_copy_cursor first, fan_copy_set *whole)
{
    const fan_copy_entry *entry = &manifest->entries[first.entry];
    char path[PATH_MAX], journal_path[PATH_MAX];
    if (!needs_journal(entry) ||
        !fan_os_temporary_name(final_path, FAN_COPY_PART, path, sizeof path) ||
        !fan_os_temporary_name(final_path, FAN_COPY_JOURNAL, journal_path, sizeof journal_path))
        return -1;
    int fd = fan_os_temporary_take(path);
    if (fd < 0)
        return -1;
    fan_copy_record *records;
    int64_t count;
    int journal = fan_copy_journal_continue(journal_path, entry, &records, &count);
    bool any = count > 0 && add_whole(manifest, first, fd, records, count, whole);
    free(records);
    if (journal >= 0)
        close(journal);
    if (any)
        return fd;
    close(fd);
    return -1;
}
