/* SPDX-License-Identifier: BSD-3-Clause */
/** @file source.h  The file that is copied: rank 0 reads it, the others know its attributes. */
#ifndef FAN_COPY_SOURCE_H
#define FAN_COPY_SOURCE_H

#include "copy/outcome.h"

#include <limits.h>
#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <xxhash.h>

/** What every writer must know of the source. Sent as bytes. */
typedef struct fan_copy_header {
    bool usable; /**< false: there is nothing to copy, rank 0 says why */
    bool progress;
    mode_t mode;
    char name[NAME_MAX + 1];
    int64_t bytes;
    struct timespec accessed, modified;
    dev_t device;
    ino_t inode;
} fan_copy_header;

/** Rank 0's side. */
typedef struct fan_copy_source {
    const char *path;
    int fd;
    int64_t bytes;
    XXH3_state_t *hash;        /**< of what was read */
    char error[FAN_COPY_TEXT]; /**< why it cannot be read and what to do, or "" */
} fan_copy_source;

/** Open a regular file and fill in the header. False with `source->error` if that is impossible. */
bool fan_copy_source_open(fan_copy_source *source, const char *path, fan_copy_header *header);

/** A fanout_source_fn in all but its state. Nonzero, with `source->error`, if that fails. */
int fan_copy_source_read(fan_copy_source *source, MPI_Count offset, void *buffer, size_t bytes);

/** Close it and release what it holds. */
void fan_copy_source_close(fan_copy_source *source);

#endif
