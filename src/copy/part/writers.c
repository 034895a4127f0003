/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/part/writers.h"
#include "os/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    THREADS = 8, /* a network file system does so many calls at a time, a local one hardly fewer */
    SLOTS = 32,  /* files that have been given; each of them at most a block */
    PATIENCE = 3 /* all threads are at work when the slots are full */
};

typedef struct fan_copy_writers_slot {
    fan_copy_job job; /* first: what a thread gets */
    fan_copy_writers *writers;
    bool used;
    char path[PATH_MAX];
    fan_copy_part_place place;
    fan_copy_part part;
    char *data;
    size_t bytes, room;
    fan_copy_writers_result result;
} slot;

void fan_copy_writers_open(fan_copy_writers *writers, const fan_copy_manifest *manifest,
                           const fan_copy_part_options *options, fan_copy_writers_fn *tell,
                           void *state)
{
    *writers =
        (fan_copy_writers){.manifest = manifest, .options = options, .tell = tell, .state = state};
}

bool fan_copy_writers_can(const fan_copy_manifest *manifest, const fan_copy_entry *entry)
{
    if (entry->extents == 0)
        return entry->bytes == 0;
    return entry->bytes <= FAN_COPY_BLOCK && entry->extents == 1 &&
           manifest->extents[entry->first_extent].bytes == entry->bytes;
}

/* ---- in a thread ---- */

static const char *write_all(slot *s)
{
    const fan_copy_writers *w = s->writers;
    const fan_copy_entry *entry = &w->manifest->entries[s->result.entry];
    const char *failed = fan_copy_part_open(&s->part, entry, &s->place, -1);
    if (failed == NULL && s->bytes > 0)
        failed = fan_copy_part_write(&s->part, w->options, 0, s->data, (int64_t)s->bytes, NULL);
    if (failed == NULL)
        failed = fan_copy_part_finish(&s->part, w->options, w->manifest, entry, &s->result.lost,
                                      &s->result.lost_errno);
    return failed;
}

static void run(fan_copy_job *job)
{
    slot *s = (slot *)job;
    if (s->writers->has_failed)
        return; /* those that were given before have been begun */
    fan_os_cleanup_enter();
    s->result.failed = write_all(s);
    s->result.error = errno;
    s->result.stale = s->part.stale;
    if (s->result.failed != NULL) {
        fan_copy_part_discard(&s->part);
        s->writers->has_failed = true;
    }
    fan_os_cleanup_leave();
}

/* ---- in the thread that has the data ---- */

static void allocate(fan_copy_writers *writers)
{
    writers->slots = fan_copy_allocate(SLOTS, sizeof *writers->slots);
    for (int i = 0; i < SLOTS; i++) {
        writers->slots[i].writers = writers;
        writers->slots[i].part = FAN_COPY_PART_CLOSED;
    }
    fan_copy_crew_open(&writers->crew, THREADS, PATIENCE);
}

/* Wait for the slot's file, and tell what became of it. */
static void collect(fan_copy_writers *writers, slot *s)
{
    if (!s->used)
        return;
    fan_os_cleanup_unlock();
    fan_copy_crew_wait(&writers->crew, &s->job);
    fan_os_cleanup_lock();
    s->used = false;
    writers->tell(writers->state, &s->result);
}

static void fill(slot *s, int64_t entry, const fan_copy_part_place *place, const void *data,
                 size_t bytes)
{
    s->used = true;
    s->result = (fan_copy_writers_result){.entry = entry};
    snprintf(s->path, sizeof s->path, "%s", place->path);
    s->place = *place;
    s->place.path = s->path;
    s->part.stale = false;
    s->bytes = bytes;
    if (bytes > 0) {
        fan_copy_grow(&s->data, &s->room, (int64_t)bytes, 1);
        memcpy(s->data, data, bytes);
    }
    s->job.run = run;
}

bool fan_copy_writers_give(fan_copy_writers *writers, int64_t entry,
                           const fan_copy_part_place *place, const void *data, size_t bytes)
{
    if (writers->has_failed)
        return fan_copy_writers_wait(writers);
    if (writers->slots == NULL)
        allocate(writers);
    slot *s = &writers->slots[writers->next];
    writers->next = (writers->next + 1) % SLOTS;
    collect(writers, s);
    fill(s, entry, place, data, bytes);
    fan_copy_crew_give(&writers->crew, &s->job);
    return true;
}

bool fan_copy_writers_wait(fan_copy_writers *writers)
{
    for (int i = 0; writers->slots != NULL && i < SLOTS; i++)
        collect(writers, &writers->slots[(writers->next + i) % SLOTS]);
    return !writers->has_failed;
}

void fan_copy_writers_close(fan_copy_writers *writers)
{
    if (writers->slots == NULL)
        return;
    fan_os_cleanup_unlock();
    fan_copy_crew_close(&writers->crew);
    fan_os_cleanup_lock();
    for (int i = 0; i < SLOTS; i++) {
        fan_copy_part_discard(&writers->slots[i].part);
        free(writers->slots[i].data);
    }
    free(writers->slots);
    writers->slots = NULL;
}
