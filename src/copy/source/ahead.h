/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file ahead.h  Reads the files of the source before their turn comes, many at the same time: on a
 * network file system each open and each read of a small one waits for a server.
 *
 * No further than to the next large file, which takes longer than that and is read when it is its
 * turn. All functions are local.
 */
#ifndef FAN_COPY_SOURCE_AHEAD_H
#define FAN_COPY_SOURCE_AHEAD_H

#include "copy/crew/crew.h"
#include "copy/model/manifest.h"
#include "copy/model/pieces.h"

#include <stdbool.h>
#include <sys/stat.h>

/** A regular file, as it was found; errno values of what failed. */
typedef struct fan_copy_ahead_file {
    char *path;         /**< what the user calls it */
    int opened;         /**< 0, or why it cannot be opened */
    int fd;             /**< a large one is open, for the caller to read and close; or -1 */
    unsigned char *all; /**< what a small one holds, or NULL */
    int64_t bytes;      /**< how much of that could be read, -1: it could not */
    int reading;
    int looked; /**< 0, or why `status` is not known */
    /** of a small one after it was read; of one without data, which is not opened */
    struct stat status;
} fan_copy_ahead_file;

struct fan_copy_ahead_slot;

/** What is read. */
typedef struct fan_copy_ahead_options {
    char *const *sources;
    const fan_copy_manifest *manifest;
    int64_t first, end;      /**< which entries are here */
    const fan_copy_set *set; /**< pieces of these, or NULL: all */
    bool checks;             /**< whether to look at files without data, too */
    bool alone; /**< false: nothing is read before it is asked for, because others read parts */
} fan_copy_ahead_options;

typedef struct fan_copy_ahead {
    fan_copy_ahead_options options;
    fan_copy_crew crew;
    struct fan_copy_ahead_slot *slots; /**< a ring */
    int first, used;
    int64_t next; /**< all entries before are in the ring, or were, or need not be read */
    fan_copy_cursor cursor;
    fan_copy_piece piece; /**< the first behind them that is needed */
    bool at_end;          /**< there is none */
} fan_copy_ahead;

/** Begin. */
void fan_copy_ahead_open(fan_copy_ahead *ahead, const fan_copy_ahead_options *options);

/** The file of an entry; valid until the next one is asked for. Ascending. */
fan_copy_ahead_file *fan_copy_ahead_get(fan_copy_ahead *ahead, int64_t entry);

void fan_copy_ahead_close(fan_copy_ahead *ahead);

#endif
