/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file tree.h  This rank's copy: makes the manifest's entries while their data arrives, in that
 * order but for small files: these are written by several threads (writers.h), and what has to come
 * after them waits for all.
 *
 * Failures are recorded in the outcome.
 */
#ifndef FAN_COPY_TARGET_TREE_H
#define FAN_COPY_TARGET_TREE_H

#include "copy/job/outcome.h"
#include "copy/model/manifest.h"
#include "copy/model/pieces.h"
#include "copy/part/part.h"
#include "copy/part/writers.h"
#include "copy/target/targets.h"

#include <time.h>

/**
 * Files of killed runs, found before the transfer, wait until their turn comes. A run leaves one
 * for each tree.
 */
enum { FAN_COPY_TAKEN = 16 };

typedef struct fan_copy_taken {
    int64_t entry;
    int fd; /**< locked; -1: it is being written */
} fan_copy_taken;

/** How entries are written, and which. */
typedef struct fan_copy_tree_options {
    fan_copy_part_options part;
    bool makes_way; /**< what DST is in is made, if need be */
    bool update;    /**< skip those that are there with the right size and time */
    bool checksum;  /**< skip those that are there with the right content */
    bool resume;    /**< continue what a killed run has left */
    time_t since;   /**< keep only files that have become what they are since then; 0: all */
    bool dry_run;   /**< write nothing, only look */
} fan_copy_tree_options;

typedef struct fan_copy_tree {
    fan_copy_tree_options options;
    const fan_copy_manifest *manifest;
    fan_copy_targets *targets;
    fan_copy_outcome *outcome;
    unsigned char *states; /**< of each entry, of enum state in tree.c */
    int64_t next;          /**< all entries before are made, or being made */
    int64_t writing;       /**< the entry of `part`, -1: none */
    fan_copy_part part;
    int64_t small; /**< whose data comes next and then is given to the writers, -1: none */
    fan_copy_writers writers;
    fan_copy_taken taken[FAN_COPY_TAKEN];
    int taken_count;
} fan_copy_tree;

void fan_copy_tree_open(fan_copy_tree *tree, const fan_copy_tree_options *options,
                        const fan_copy_manifest *manifest, fan_copy_targets *targets,
                        fan_copy_outcome *outcome);

/** The regular file `entry` is there already: leave it as it is. */
void fan_copy_tree_keep(fan_copy_tree *tree, int64_t entry);
bool fan_copy_tree_keeps(const fan_copy_tree *tree, int64_t entry);

/** Whether the entry will be made, so that its directory changes. */
bool fan_copy_tree_makes(fan_copy_tree *tree, int64_t entry);

/** The temporary file `fd`, of a killed run, has pieces of `entry`. */
void fan_copy_tree_take(fan_copy_tree *tree, int64_t entry, int fd);
bool fan_copy_tree_can_take(const fan_copy_tree *tree);
bool fan_copy_tree_takes(const fan_copy_tree *tree, int64_t entry);

/** Take a piece. False if that fails. */
bool fan_copy_tree_write(fan_copy_tree *tree, const fan_copy_piece *piece, const void *data,
                         const XXH128_hash_t *hash);

/**
 * All data is here: make what is left, and give all its final names and attributes. False if that
 * fails.
 */
bool fan_copy_tree_finish(fan_copy_tree *tree);

/**
 * Release all. Files that are not whole are removed, or those that can be continued are left if
 * `keep`; directories get their modes back.
 */
void fan_copy_tree_close(fan_copy_tree *tree, bool keep);

#endif
