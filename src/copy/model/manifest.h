/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file manifest.h  What is copied: one entry for each file, directory and link, in the order in
 * which they are made (a directory before what is in it, a hard link after its file).
 *
 * Entries hold offsets into the manifest's own arrays, no pointers, so that it travels as three
 * blocks of bytes.
 */
#ifndef FAN_COPY_MODEL_MANIFEST_H
#define FAN_COPY_MODEL_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

typedef enum fan_copy_kind {
    FAN_COPY_DIRECTORY,
    FAN_COPY_REGULAR,
    FAN_COPY_SYMLINK,
    FAN_COPY_HARD_LINK /**< another name of a regular file or of a symbolic link */
} fan_copy_kind;

/** Length of the only extent of standard input: its length is not known. */
#define FAN_COPY_ENDLESS (INT64_C(1) << 62)

/** A part of a file that is not a hole. */
typedef struct fan_copy_extent {
    int64_t offset, bytes;
} fan_copy_extent;

typedef struct fan_copy_entry {
    fan_copy_kind kind;
    int target;  /**< which of the things named on the command line it belongs to */
    size_t path; /**< below its target, in the text; "" for the target itself */
    size_t link; /**< a symbolic link's content, in the text */
    size_t name; /**< what it is called in a directory, in the text; 0: as the source is */
    /** where it is on the source's host, in the text; 0: at its path below what was named */
    size_t origin;
    /** the file of that host that has its content, in the text; 0: it has it itself */
    size_t content;
    size_t extra; /**< attributes (see attributes.h), in the text */
    size_t extra_bytes;
    int64_t same_as;      /**< a hard link's other name, an index of entries */
    int64_t first_extent; /**< an index of extents */
    int64_t extents;
    int64_t bytes; /**< of a regular file */
    mode_t mode;
    uid_t owner;
    gid_t group;
    struct timespec accessed, modified;
    dev_t device; /**< device and inode: on the host of the source */
    ino_t inode;
} fan_copy_entry;

typedef struct fan_copy_manifest {
    fan_copy_entry *entries;
    fan_copy_extent *extents;
    char *text; /**< strings, each with its 0 */
    int64_t entry_count, extent_count, text_bytes;
    size_t entry_room, extent_room, text_room;
} fan_copy_manifest;

/**
 * Add an entry of this kind with the attributes of `status`. Returns it; valid until the next is
 * added.
 */
fan_copy_entry *fan_copy_manifest_add(fan_copy_manifest *manifest, fan_copy_kind kind, int target,
                                      const char *path, const struct stat *status);

/** A manifest of one new directory, which is target 0. */
fan_copy_manifest fan_copy_manifest_of_directory(void);

/** Keep `bytes` bytes and a 0 after them. Returns their place in the text. */
size_t fan_copy_manifest_keep(fan_copy_manifest *manifest, const void *data, size_t bytes);

/** Add an extent to the last entry. */
void fan_copy_manifest_add_extent(fan_copy_manifest *manifest, int64_t offset, int64_t bytes);

/** Room for these counts, on a rank that receives a manifest. */
void fan_copy_manifest_allocate(fan_copy_manifest *manifest, int64_t entries, int64_t extents,
                                int64_t text_bytes);

/** Put `more`, which is released, behind the rest; both were made by the functions above. */
void fan_copy_manifest_append(fan_copy_manifest *manifest, fan_copy_manifest *more);

/** The entry's path below its target. */
const char *fan_copy_entry_path(const fan_copy_manifest *manifest, const fan_copy_entry *entry);

/** Whether the file of `status` has the entry's modification time. */
bool fan_copy_entry_has_time(const fan_copy_entry *entry, const struct stat *status);

/** Whether the length is not known: standard input. */
bool fan_copy_manifest_endless(const fan_copy_manifest *manifest);

/** Sum of the bytes of the regular files, and how many these are. */
int64_t fan_copy_manifest_bytes(const fan_copy_manifest *manifest);
int64_t fan_copy_manifest_files(const fan_copy_manifest *manifest);

void fan_copy_manifest_free(fan_copy_manifest *manifest);

#endif
