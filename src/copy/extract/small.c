/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/extract/small.h"

#include <errno.h>
#include <stdlib.h>

enum {
    THREADS = 8,  /* a network file system does so many calls at a time, a local one fewer */
    PATIENCE = 1, /* batches that may wait for each thread before there is one more of them */
    BATCHES = 16,
    FILES = 16 /* of a batch: to hand over a single one would cost as much as to make it */
};

typedef struct fan_copy_small_batch {
    fan_copy_job job; /* first: what a thread gets */
    fan_copy_small *small;
    bool given;
    fan_copy_small_file files[FILES];
    int count;
    unsigned char data[FAN_COPY_SMALL];
    size_t bytes;
} batch;

/* ---- in a thread ---- */

/* Returns errno, or 0. */
static int make(const fan_copy_small_file *file)
{
    if (file->large != NULL)
        return fan_copy_large_write(file->large, file->offset, file->data, file->bytes);
    int fd = fan_copy_ordinary_create(&file->how);
    if (fd < 0)
        return errno;
    bool good = fan_file_write(fd, file->data, file->bytes);
    return fan_copy_ordinary_finish(&file->how, fd, good);
}

static void make_next(fan_copy_small *small, fan_copy_small_file *file)
{
    small->enter();
    file->error = make(file);
    if (file->error != 0)
        small->has_failed = true;
    small->leave();
}

static void run(fan_copy_job *job)
{
    batch *b = (batch *)job;
    /* When one has failed, those that were given before have been begun. */
    for (int i = 0; i < b->count; i++)
        if (!b->small->has_failed)
            make_next(b->small, &b->files[i]);
        else if (b->files[i].large != NULL)
            fan_copy_large_drop(b->files[i].large, (int64_t)b->files[i].bytes);
}

/* ---- in the thread that reads ---- */

static bool allocate(fan_copy_small *small)
{
    small->batches = calloc(BATCHES, sizeof *small->batches);
    if (small->batches == NULL)
        return false;
    for (int i = 0; i < BATCHES; i++) {
        small->batches[i].small = small;
        small->batches[i].job.run = run;
    }
    fan_copy_crew_open(&small->crew, THREADS, PATIENCE);
    return true;
}

/* Wait for what was given, and see what became of it. The batch is empty then. */
static void collect(fan_copy_small *small, batch *b)
{
    if (b->given)
        fan_copy_crew_wait(&small->crew, &b->job);
    for (int i = 0; b->given && small->failed == NULL && i < b->count; i++)
        if (b->files[i].error != 0)
            small->failed = &b->files[i];
    b->given = false;
    b->count = 0;
    b->bytes = 0;
}

static void hand_over(fan_copy_small *small)
{
    batch *b = &small->batches[small->current];
    b->given = true;
    small->current = (small->current + 1) % BATCHES;
    fan_copy_crew_give(&small->crew, &b->job);
}

static bool fits(const batch *b, size_t bytes)
{
    return b->given || (b->count < FILES && b->bytes + bytes <= FAN_COPY_SMALL);
}

fan_copy_small_file *fan_copy_small_take(fan_copy_small *small, size_t bytes)
{
    if (small->has_failed) {
        fan_copy_small_wait(small);
        return NULL;
    }
    if (small->batches == NULL && !allocate(small))
        return NULL;
    if (!fits(&small->batches[small->current], bytes))
        hand_over(small);
    batch *b = &small->batches[small->current];
    if (b->given)
        collect(small, b);
    if (small->failed != NULL)
        return NULL;
    fan_copy_small_file *file = &b->files[b->count];
    file->data = b->data + b->bytes;
    file->bytes = bytes;
    file->large = NULL;
    file->error = 0;
    return file;
}

void fan_copy_small_give(fan_copy_small *small, const fan_copy_small_file *file)
{
    batch *b = &small->batches[small->current];
    b->count++;
    b->bytes += file->bytes;
}

bool fan_copy_small_wait(fan_copy_small *small)
{
    if (small->batches == NULL)
        return true;
    const batch *b = &small->batches[small->current];
    if (b->count > 0 && !b->given)
        hand_over(small);
    for (int i = 0; i < BATCHES; i++)
        collect(small, &small->batches[(small->current + i) % BATCHES]);
    return small->failed == NULL;
}

void fan_copy_small_close(fan_copy_small *small)
{
    if (small->batches == NULL)
        return;
    fan_copy_crew_close(&small->crew);
    free(small->batches);
    small->batches = NULL;
}
