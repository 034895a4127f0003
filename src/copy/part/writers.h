/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file writers.h  Threads that write small files, each from all of its content: what takes the
 * time of such files are calls that wait for the file system.
 *
 * All functions are called with the lock of os/cleanup.h held once; while threads are waited for,
 * it is released.
 */
#ifndef FAN_COPY_PART_WRITERS_H
#define FAN_COPY_PART_WRITERS_H

#include "copy/crew/crew.h"
#include "copy/part/part.h"

#include <stdatomic.h>

/** What became of a file. */
typedef struct fan_copy_writers_result {
    int64_t entry;
    const char *failed; /**< as of fan_copy_part_finish, with errno in `error` */
    int error;
    const char *lost;
    int lost_errno;
    bool stale; /**< the temporary file of a killed run was removed */
} fan_copy_writers_result;

/** Told of each file, in the order in which they were given. */
typedef void fan_copy_writers_fn(void *state, const fan_copy_writers_result *result);

struct fan_copy_writers_slot;

typedef struct fan_copy_writers {
    const fan_copy_manifest *manifest;
    const fan_copy_part_options *options;
    fan_copy_writers_fn *tell;
    void *state;
    fan_copy_crew crew;
    struct fan_copy_writers_slot *slots; /**< a ring; NULL: nothing was given */
    int next;
    atomic_bool has_failed;
} fan_copy_writers;

/** Begin. `options` are kept. */
void fan_copy_writers_open(fan_copy_writers *writers, const fan_copy_manifest *manifest,
                           const fan_copy_part_options *options, fan_copy_writers_fn *tell,
                           void *state);

/** Whether the entry's data is one piece, or nothing. */
bool fan_copy_writers_can(const fan_copy_manifest *manifest, const fan_copy_entry *entry);

/** Have the entry's file written. Copies all. False if it, or one before, has failed already. */
bool fan_copy_writers_give(fan_copy_writers *writers, int64_t entry,
                           const fan_copy_part_place *place, const void *data, size_t bytes);

/** Wait until all that were given are written. False if one has failed. */
bool fan_copy_writers_wait(fan_copy_writers *writers);

/** Release all; what was not begun is not written. */
void fan_copy_writers_close(fan_copy_writers *writers);

#endif
