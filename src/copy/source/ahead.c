/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/job/memory.h"
#include "copy/source/ahead.h"
#include "copy/source/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { SLOTS = 2 * FAN_COPY_CREW };

typedef struct fan_copy_ahead_slot {
    fan_copy_job job; /* first: what a thread gets */
    const fan_copy_ahead *ahead;
    const fan_copy_entry *entry;
    fan_copy_ahead_file file;
    size_t room; /* of file.all */
} slot;

void fan_copy_ahead_open(fan_copy_ahead *ahead, const fan_copy_ahead_options *options)
{
    *ahead = (fan_copy_ahead){.options = *options, .next = options->first, .piece = {.entry = -1}};
    ahead->slots = fan_copy_allocate(SLOTS, sizeof *ahead->slots);
    for (int i = 0; i < SLOTS; i++) {
        ahead->slots[i].ahead = ahead;
        ahead->slots[i].file.fd = -1;
    }
    fan_copy_crew_open(&ahead->crew, options->alone ? FAN_COPY_CREW : 0, 1);
}

/* ---- in a thread ---- */

static bool is_small(const fan_copy_entry *entry)
{
    return entry->bytes <= FAN_COPY_BLOCK;
}

static void close_file(fan_copy_ahead_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

static void read_small(slot *s)
{
    fan_copy_ahead_file *file = &s->file;
    file->bytes = fan_file_read_at(file->fd, file->all, (size_t)s->entry->bytes, 0);
    file->reading = file->bytes < 0 ? errno : 0;
    file->looked = fstat(file->fd, &file->status) != 0 ? errno : 0;
    close_file(file);
}

/* O_NONBLOCK: it may have become a fifo, whose writer must not be waited for. */
static void open_file(slot *s)
{
    const fan_copy_ahead *ahead = s->ahead;
    char *content =
        fan_copy_scan_content(ahead->options.sources, ahead->options.manifest, s->entry);
    s->file.fd = open(content, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    s->file.opened = s->file.fd < 0 ? errno : 0;
    free(content);
}

static void run(fan_copy_job *job)
{
    slot *s = (slot *)job;
    fan_copy_ahead_file *file = &s->file;
    if (s->entry->extents == 0) {
        file->looked = stat(file->path, &file->status) != 0 ? errno : 0;
        return;
    }
    open_file(s);
    if (file->fd < 0)
        return;
    if (is_small(s->entry))
        read_small(s);
    else
        posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

/* ---- what comes next ---- */

/* Whether some of the entry's data is needed. Entries are asked about in ascending order. */
static bool has_piece(fan_copy_ahead *ahead, int64_t entry)
{
    while (!ahead->at_end && ahead->piece.entry < entry)
        ahead->at_end = !fan_copy_pieces_next_of(ahead->options.manifest, ahead->options.set,
                                                 &ahead->cursor, &ahead->piece);
    return !ahead->at_end && ahead->piece.entry == entry;
}

static bool is_needed(fan_copy_ahead *ahead, int64_t i)
{
    const fan_copy_entry *entry = &ahead->options.manifest->entries[i];
    if (entry->kind != FAN_COPY_REGULAR)
        return false;
    return entry->extents == 0 ? ahead->options.checks && entry->content == 0 : has_piece(ahead, i);
}

static void begin(fan_copy_ahead *ahead, int64_t i)
{
    const fan_copy_entry *entry = &ahead->options.manifest->entries[i];
    slot *s = &ahead->slots[(ahead->first + ahead->used++) % SLOTS];
    unsigned char *all = s->file.all;
    s->entry = entry;
    s->file = (fan_copy_ahead_file){.fd = -1, .all = all};
    s->file.path = fan_copy_scan_path(ahead->options.sources, ahead->options.manifest, entry);
    if (entry->extents > 0 && is_small(entry))
        fan_copy_grow(&s->file.all, &s->room, entry->bytes, 1);
    s->job.run = run;
    fan_copy_crew_give(&ahead->crew, &s->job);
}

/* The last in the ring, which nothing goes beyond, is a large one. */
static bool ends_with_large(const fan_copy_ahead *ahead)
{
    return ahead->used > 0 &&
           !is_small(ahead->slots[(ahead->first + ahead->used - 1) % SLOTS].entry);
}

static void fill(fan_copy_ahead *ahead)
{
    int limit = ahead->options.alone ? SLOTS : 1;
    while (ahead->used < limit && !ends_with_large(ahead) && ahead->next < ahead->options.end) {
        if (is_needed(ahead, ahead->next))
            begin(ahead, ahead->next);
        ahead->next++;
    }
}

static void drop_first(fan_copy_ahead *ahead)
{
    slot *s = &ahead->slots[ahead->first];
    fan_copy_crew_wait(&ahead->crew, &s->job);
    close_file(&s->file);
    free(s->file.path);
    s->file.path = NULL;
    ahead->first = (ahead->first + 1) % SLOTS;
    ahead->used--;
}

static int64_t first_entry(const fan_copy_ahead *ahead)
{
    return ahead->slots[ahead->first].entry - ahead->options.manifest->entries;
}

fan_copy_ahead_file *fan_copy_ahead_get(fan_copy_ahead *ahead, int64_t entry)
{
    while (ahead->used > 0 && first_entry(ahead) < entry)
        drop_first(ahead);
    if (ahead->used == 0 && !ahead->options.alone)
        ahead->next = entry; /* others read what is before */
    fill(ahead);
    slot *s = &ahead->slots[ahead->first];
    fan_copy_crew_wait(&ahead->crew, &s->job);
    return &s->file;
}

void fan_copy_ahead_close(fan_copy_ahead *ahead)
{
    if (ahead->slots == NULL)
        return;
    fan_copy_crew_close(&ahead->crew);
    for (int i = 0; i < SLOTS; i++) {
        close_file(&ahead->slots[i].file);
        free(ahead->slots[i].file.path);
        free(ahead->slots[i].file.all);
    }
    free(ahead->slots);
    ahead->slots = NULL;
}
