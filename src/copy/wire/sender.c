/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/clock.h"
#include "base/file.h"
#include "copy/job/memory.h"
#include "copy/wire/sender.h"

#include <errno.h>
#include <mpi.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

void fan_copy_sender_open(fan_copy_sender *sender, const fan_copy_sender_options *options,
                          const fan_copy_manifest *manifest, const fan_copy_set *set,
                          fan_copy_codec *codec, fan_copy_sums *sums)
{
    *sender = (fan_copy_sender){.options = *options,
                                .manifest = manifest,
                                .set = set,
                                .codec = codec,
                                .sums = sums,
                                .entry = -1,
                                .checked = options->first};
    const fan_copy_ahead_options ahead = {.sources = options->sources,
                                          .manifest = manifest,
                                          .first = options->first,
                                          .end = options->end,
                                          .set = set,
                                          .checks = options->checks,
                                          .alone = options->alone};
    if (!fan_copy_manifest_endless(manifest))
        fan_copy_ahead_open(&sender->ahead, &ahead);
    sender->frame = fan_copy_allocate(1, sizeof *sender->frame);
    sender->block = codec == NULL ? sender->frame->data : fan_copy_allocate(1, FAN_COPY_BLOCK);
    if (fan_copy_manifest_files(manifest) == 1)
        sender->hash = fan_copy_xxh3_start();
}

static bool fail(fan_copy_sender *sender, const char *what, int error)
{
    fan_copy_describe_errno(sender->error, sizeof sender->error, what, error);
    snprintf(sender->error_path, sizeof sender->error_path, "%s", sender->path);
    return false;
}

__attribute__((format(printf, 2, 3))) static bool fail_text(fan_copy_sender *sender,
                                                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sender->error, sizeof sender->error, format, arguments);
    va_end(arguments);
    snprintf(sender->error_path, sizeof sender->error_path, "%s", sender->path);
    return false;
}

static bool is_endless(const fan_copy_sender *sender)
{
    return fan_copy_manifest_endless(sender->manifest);
}

static const fan_copy_entry *current(const fan_copy_sender *sender)
{
    return &sender->manifest->entries[sender->entry];
}

static bool open_file(fan_copy_sender *sender, int64_t entry)
{
    sender->entry = entry;
    sender->files++;
    sender->path = "-";
    if (is_endless(sender))
        return true;
    sender->file = fan_copy_ahead_get(&sender->ahead, entry);
    sender->path = sender->file->path;
    return sender->file->opened == 0 ||
           fail(sender, "cannot open the source", sender->file->opened);
}

static bool fail_shrunk(fan_copy_sender *sender, const fan_copy_entry *entry, int64_t size)
{
    return fail_text(
        sender,
        "shrank from %lld to %lld bytes while it was read; copy it when nobody writes to it",
        (long long)entry->bytes, (long long)size);
}

/* Once for each entry: a file is looked at after each of its blocks. */
static void note_change(fan_copy_sender *sender, const fan_copy_entry *entry)
{
    int64_t i = entry - sender->manifest->entries;
    if (sender->changed_count > 0 && sender->changed[sender->changed_count - 1] == i)
        return;
    fan_copy_grow(&sender->changed, &sender->changed_room, sender->changed_count + 1,
                  sizeof *sender->changed);
    sender->changed[sender->changed_count++] = i;
}

static bool is_as_before(fan_copy_sender *sender, const fan_copy_entry *entry,
                         const struct stat *status)
{
    if (status->st_size < entry->bytes)
        return fail_shrunk(sender, entry, status->st_size);
    /* What is empty, and is empty again, is the same at any time. */
    if (status->st_size == entry->bytes &&
        (entry->bytes == 0 || fan_copy_entry_has_time(entry, status)))
        return true;
    if (!sender->options.ignores_changes)
        return fail_text(sender, "changed while it was read; copy it when nobody writes to it, or "
                                 "with --ignore-changed");
    note_change(sender, entry);
    return true;
}

/*
 * A file that changed since it was looked at is a failure, even if all could be read. It is
 * noticed before the block with its last piece is sent, or at the latest the one after that: it
 * does not have its final name by then. A snapshot does not change.
 */
static bool check_unchanged(fan_copy_sender *sender)
{
    fan_copy_ahead_file *file = sender->file;
    if (is_endless(sender) || current(sender)->content != 0)
        return true;
    if (file->fd >= 0)
        file->looked = fstat(file->fd, &file->status) != 0 ? errno : 0;
    return file->looked != 0 ? fail(sender, "cannot read the source", file->looked)
                             : is_as_before(sender, current(sender), &file->status);
}

static bool check_without_data(fan_copy_sender *sender, const fan_copy_entry *entry)
{
    if (entry->kind != FAN_COPY_REGULAR || entry->extents > 0 || entry->content != 0)
        return true;
    const fan_copy_ahead_file *file =
        fan_copy_ahead_get(&sender->ahead, entry - sender->manifest->entries);
    sender->path = file->path;
    return file->looked != 0 ? fail(sender, "cannot open the source", file->looked)
                             : is_as_before(sender, entry, &file->status);
}

/* Files that have no data are not opened, but they can have some by now. */
static bool check_up_to(fan_copy_sender *sender, int64_t end)
{
    for (; sender->options.checks && sender->checked < end; sender->checked++)
        if (!check_without_data(sender, &sender->manifest->entries[sender->checked]))
            return false;
    return true;
}

static bool close_file(fan_copy_sender *sender)
{
    if (sender->entry < 0)
        return true;
    bool unchanged = check_unchanged(sender);
    sender->file = NULL;
    sender->entry = -1;
    return unchanged;
}

/* ---- standard input: what comes, when it comes ---- */

static bool wait_for_input(fan_copy_sender *sender)
{
    const double glance = 0.1;
    const double limit = sender->options.timeout;
    double start = fan_clock_now();
    while (!fan_file_wait(STDIN_FILENO, POLLIN, glance)) {
        if (sender->stop(sender->stop_state))
            return false;
        if (limit > 0 && fan_clock_now() - start > limit)
            return fail_text(sender,
                             "standard input has given nothing for %g s (--timeout); see what "
                             "writes to it",
                             limit);
    }
    return true;
}

/* Fewer than `wanted` only at the end; negative if that fails, or it is not to be waited for. */
static int64_t read_input(fan_copy_sender *sender, unsigned char *data, size_t wanted)
{
    size_t done = 0;
    while (done < wanted) {
        if (!wait_for_input(sender))
            return -1;
        ssize_t got = read(STDIN_FILENO, data + done, wanted - done);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR && errno != EAGAIN) {
            fail(sender, "cannot read the source", errno);
            return -1;
        }
        done += (size_t)MAX(got, 0);
    }
    return (int64_t)done;
}

/* ---- pieces and blocks ---- */

/* The piece of a file that is in memory. */
static int64_t copy_part(const fan_copy_ahead_file *file, const fan_copy_piece *piece,
                         unsigned char *data)
{
    errno = file->reading;
    if (file->bytes < 0)
        return -1;
    int64_t got = MIN(MAX(file->bytes - piece->offset, 0), piece->bytes);
    memcpy(data, file->all + piece->offset, (size_t)got);
    return got;
}

static int64_t read_part(fan_copy_sender *sender, const fan_copy_piece *piece, unsigned char *data)
{
    const fan_copy_ahead_file *file = sender->file;
    int64_t got = file->fd < 0
                      ? copy_part(file, piece, data)
                      : fan_file_read_at(file->fd, data, (size_t)piece->bytes, piece->offset);
    if (got == piece->bytes)
        return got;
    if (got < 0)
        fail(sender, "cannot read the source", errno);
    else
        fail_shrunk(sender, current(sender), piece->offset + got);
    return -1;
}

/*
 * Read a piece. Returns its bytes, fewer only at the end of standard input; negative if that fails.
 */
static int64_t read_piece(fan_copy_sender *sender, const fan_copy_piece *piece, unsigned char *data)
{
    return is_endless(sender) ? read_input(sender, data, (size_t)piece->bytes)
                              : read_part(sender, piece, data);
}

static void add_to_hashes(fan_copy_sender *sender, const fan_copy_piece *piece,
                          const unsigned char *data, int64_t bytes)
{
    if (sender->hash != NULL && piece->offset == sender->hashed) {
        XXH3_128bits_update(sender->hash, data, (size_t)bytes);
        sender->hashed += bytes;
    }
    if (sender->sums != NULL)
        fan_copy_sums_add(sender->sums, piece->entry, piece->offset, data, (size_t)bytes);
}

static bool enter_file(fan_copy_sender *sender, int64_t entry)
{
    return entry == sender->entry ||
           (close_file(sender) && check_up_to(sender, entry) && open_file(sender, entry));
}

/*
 * Read the block that begins at `cursor`. Returns its bytes, fewer than it has only at the end of
 * standard input; negative if that fails.
 */
static int64_t read_block(fan_copy_sender *sender)
{
    fan_copy_piece piece;
    fan_copy_cursor cursor = sender->current.start;
    int64_t bytes = 0;
    for (int i = 0; i < sender->current.pieces; i++) {
        fan_copy_pieces_next_of(sender->manifest, sender->set, &cursor, &piece);
        int64_t got = enter_file(sender, piece.entry)
                          ? read_piece(sender, &piece, sender->block + bytes)
                          : -1;
        if (got < 0)
            return -1;
        add_to_hashes(sender, &piece, sender->block + bytes, got);
        bytes += got;
    }
    return check_unchanged(sender) ? bytes : -1;
}

/* After this many blocks compression is tried again: blocks differ, and the load changes. */
enum { BLOCKS_WITHOUT = 64 };

/*
 * Automatic compression pays if it makes blocks smaller and takes less time than sending them
 * uncompressed.
 */
static void pack(fan_copy_sender *sender, size_t bytes)
{
    const fan_copy_compression *compression = &sender->options.compression;
    bool tries =
        sender->codec != NULL &&
        (!compression->automatic || (sender->options.link_rate > 0 && sender->uncompressed == 0));
    double start = MPI_Wtime();
    fan_copy_frame_pack(sender->frame, sender->block, bytes, tries ? sender->codec : NULL,
                        compression->method);
    if (sender->uncompressed > 0)
        sender->uncompressed--;
    else if (tries && compression->automatic &&
             (double)bytes < (MPI_Wtime() - start) * sender->options.link_rate)
        sender->uncompressed = BLOCKS_WITHOUT;
}

/* Go on to the next block, without reading it. */
static void next_block(fan_copy_sender *sender)
{
    sender->frame_start = sender->frame_end;
    sender->finished =
        !fan_copy_blocks_next(sender->manifest, sender->set, &sender->cursor, &sender->current);
    sender->frame_end += (int64_t)sizeof sender->frame->header + sender->current.bytes;
    sender->is_read = false;
}

/* Read the block and make a frame of it. False if the source fails. */
static bool make_frame(fan_copy_sender *sender)
{
    int64_t bytes = read_block(sender);
    if (bytes < 0)
        return false;
    sender->read += bytes;
    sender->is_read = true;
    sender->finished = bytes == 0; /* the end of standard input */
    if (sender->finished)
        return true;
    pack(sender, (size_t)bytes);
    sender->frame_end = sender->frame_start + (int64_t)fan_copy_frame_bytes(&sender->frame->header);
    return true;
}

int64_t fan_copy_sender_read(fan_copy_sender *sender, int64_t offset, void *buffer, size_t bytes)
{
    size_t done = 0;
    while (done < bytes && !sender->finished) {
        int64_t at = offset + (int64_t)done;
        if (at >= sender->frame_end) {
            next_block(sender);
            continue;
        }
        if (!sender->is_read && !make_frame(sender))
            return -1;
        if (sender->finished)
            break;
        size_t part = MIN((size_t)(sender->frame_end - at), bytes - done);
        memcpy((char *)buffer + done, (const char *)sender->frame + (at - sender->frame_start),
               part);
        done += part;
    }
    return (int64_t)done;
}

size_t fan_copy_sender_rest(const fan_copy_sender *sender, int64_t offset)
{
    return (size_t)(sender->frame_end - offset);
}

void fan_copy_sender_finish(fan_copy_sender *sender)
{
    if (sender->error[0] == '\0')
        check_up_to(sender, sender->options.end);
}

void fan_copy_sender_hash(const fan_copy_sender *sender, char text[FAN_COPY_XXH3_TEXT])
{
    text[0] = '\0';
    if (sender->hash != NULL &&
        (is_endless(sender) || sender->hashed == fan_copy_manifest_bytes(sender->manifest)))
        fan_copy_xxh3_text(sender->hash, text);
}

void fan_copy_sender_close(fan_copy_sender *sender)
{
    fan_copy_ahead_close(&sender->ahead);
    if (sender->codec != NULL)
        free(sender->block);
    free(sender->frame);
    free(sender->changed);
    XXH3_freeState(sender->hash);
    *sender = (fan_copy_sender){.entry = -1};
}
