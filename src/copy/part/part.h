/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file part.h  A regular file that is being written: under a temporary name, with a journal if it
 * is a large one, until it is whole. A small one in a tree that has a temporary name itself is
 * written under its own name: it gets its time when it is whole.
 *
 * All functions that return text return NULL, or what failed, with errno; with errno 0 the
 * text says everything.
 */
#ifndef FAN_COPY_PART_PART_H
#define FAN_COPY_PART_PART_H

#include "copy/coding/xxhash.h"
#include "copy/model/manifest.h"
#include "copy/model/pieces.h"

#include <limits.h>

typedef struct fan_copy_written {
    int64_t offset, bytes;
    XXH128_hash_t hash;
} fan_copy_written;

/** How the file is written. */
typedef struct fan_copy_part_options {
    bool sync;    /**< flush it, and then its directory, to the device */
    bool verify;  /**< read it back from the device and compare */
    bool archive; /**< give it the owner and the extended attributes of the source */
} fan_copy_part_options;

/** Where the file is. */
typedef struct fan_copy_part_place {
    const char *path; /**< of the file */
    bool staged;      /**< in a tree that has a temporary name, which is registered for cleaning */
    bool clean;       /**< nothing there gets an ACL by being made there */
} fan_copy_part_place;

typedef struct fan_copy_part {
    int fd;      /**< -1: not open */
    int journal; /**< -1: not kept */
    bool stale;  /**< the temporary file of a killed run was removed */
    bool direct; /**< it has its own name */
    bool taken;  /**< it was begun by a killed run */
    bool clean;  /**< as in its place */
    char path[PATH_MAX], journal_path[PATH_MAX], final_path[PATH_MAX];
    fan_copy_written *written; /**< with --verify: all pieces */
    int64_t written_count;
    size_t written_room;
    int64_t end;      /**< of what was written */
    int64_t flushing; /**< bytes that are on their way to the device */
} fan_copy_part;

/** Begin with this. */
#define FAN_COPY_PART_CLOSED ((fan_copy_part){.fd = -1, .journal = -1})

/** Whether the entry's file at such a place is written under its own name. */
bool fan_copy_part_is_direct(const fan_copy_entry *entry, bool staged);

/**
 * Open the file to write to.
 *
 * @param taken  that of a killed run, as fan_copy_part_look found it, to continue; -1: begin a new
 *               one
 */
const char *fan_copy_part_open(fan_copy_part *part, const fan_copy_entry *entry,
                               const fan_copy_part_place *place, int taken);

/** Write a piece, with its hash where that is known. */
const char *fan_copy_part_write(fan_copy_part *part, const fan_copy_part_options *options,
                                int64_t offset, const void *data, int64_t bytes,
                                const XXH128_hash_t *known);

/** Size, attributes, --verify, --fsync, and its final name. `lost` as in attributes.h. */
const char *fan_copy_part_finish(fan_copy_part *part, const fan_copy_part_options *options,
                                 const fan_copy_manifest *manifest, const fan_copy_entry *entry,
                                 const char **lost, int *lost_errno);

/** Remove it, if there is one. */
void fan_copy_part_discard(fan_copy_part *part);

/** The same, but one with a journal stays there, to be continued as that of a killed run. */
void fan_copy_part_leave(fan_copy_part *part);

/**
 * Remove what a killed run may have left of `final_path`, unless a process is writing it. Returns
 * whether there was something.
 */
bool fan_copy_part_remove_stale(const char *final_path);

/**
 * Add to `whole` those pieces of the entry whose first is at `first` that the temporary file of a
 * killed run has: the journal names them, and the file has data with the same hash.
 *
 * @return the file, locked so that it does not change, for fan_copy_part_open; -1 if it is useless
 */
int fan_copy_part_look(const fan_copy_manifest *manifest, const char *final_path,
                       fan_copy_cursor first, fan_copy_set *whole);

/** Flush the directory of `path` to the device. 0, or -1 with errno. */
int fan_copy_sync_directory(const char *path);

#endif
