/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file marker.h  The file beside DST that says what is there: DIR/.NAME.fanout-once. Who makes DST
 * keeps it locked with flock(), and so does nobody after a SIGKILL. Local.
 */
#ifndef FAN_COPY_ONCE_MARKER_H
#define FAN_COPY_ONCE_MARKER_H

#include "copy/job/outcome.h"
#include "copy/once/content.h"

#include <stdint.h>
#include <sys/stat.h>

enum { FAN_COPY_MARKER_HASH = 33 };

typedef struct fan_copy_marker {
    bool whole; /**< otherwise it is being made, or its making was killed */
    fan_copy_content content;
    XXH128_hash_t seal; /**< of what is there; when it is whole */
    uint64_t inode;     /**< of what is or will be there; 0: nothing yet */
    int64_t bytes;      /**< size and time of a file, 0 for a directory */
    struct timespec modified;
    int process; /**< who makes it, or has */
    char host[FAN_COPY_HOST];
} fan_copy_marker;

/** What a marker file holds. */
typedef enum fan_copy_marker_state {
    FAN_COPY_MARKER_NONE, /**< nothing, or there is no file */
    FAN_COPY_MARKER_DAMAGED,
    FAN_COPY_MARKER_GOOD
} fan_copy_marker_state;

/** The name of the marker for `final_path`. False if it is too long. */
bool fan_copy_marker_name(const char *final_path, char path[static PATH_MAX]);

/** Open and lock it; it is made if it is not there. -1 with errno, EBUSY if somebody has it. */
int fan_copy_marker_lock(const char *path);

/** Read it, locked or not. */
fan_copy_marker_state fan_copy_marker_read(int fd, fan_copy_marker *marker);

/** The same, of a file that is not open. */
fan_copy_marker_state fan_copy_marker_look(const char *path, fan_copy_marker *marker);

/** Write it in one piece. False, with errno, if that fails. */
bool fan_copy_marker_write(int fd, const fan_copy_marker *marker);

/** Note which file or directory `status` is. */
void fan_copy_marker_set(fan_copy_marker *marker, const struct stat *status);

/** Whether that is what is at `path`, as far as can be seen without reading it. */
bool fan_copy_marker_fits(const fan_copy_marker *marker, const char *path);

/** A hash as `xxhsum -H2` prints it. */
void fan_copy_marker_hash(XXH128_hash_t hash, char text[static FAN_COPY_MARKER_HASH]);

#endif
