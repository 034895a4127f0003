/* SPDX-License-Identifier: BSD-3-Clause */
/** @file targets.h  Where each of the things that are copied goes on this host: cp's rules. */
#ifndef FAN_COPY_TARGET_TARGETS_H
#define FAN_COPY_TARGET_TARGETS_H

#include "copy/job/outcome.h"
#include "copy/model/manifest.h"

/** What is copied, and where the user wants it. */
typedef struct fan_copy_targets_options {
    const char *destination; /**< with %h, %r and %% still in it */
    char *const *sources;    /**< [source_count] */
    int source_count;
    bool from_stdin;     /**< the only source has no name */
    bool with_libraries; /**< each program has a second target: the directory of its libraries */
    bool makes_way; /**< DST becomes a directory if it must be one, by a slash or several sources */
    bool never_into; /**< DST is the copy itself, never a directory to put it into */
                     /**
     * a directory is made as a whole, by staging, also where an empty one is; nothing is merged
     */
    bool whole;
    bool at_once; /**< the parts of a copy are of use before all are there: no staging */
} fan_copy_targets_options;

typedef struct fan_copy_target {
    char *final_path; /**< where it is to be */
    /** where its entries are made: `final_path`, or a directory beside it that is renamed to it */
    char *root;
    bool staged;  /**< they differ */
    bool existed; /**< something is at final_path already */
    bool skipped; /**< it is the source itself */
    bool resumed; /**< staged, and begun by a killed run */
    bool clean;   /**< staged, and what is made there gets no ACL by that */
    int lock;     /**< descriptor of a staged root, or -1 */
} fan_copy_target;

typedef struct fan_copy_targets {
    fan_copy_target *items; /**< NULL: this rank does not write */
    int count;
    bool into; /**< they are in DST, under the names of the sources */
} fan_copy_targets;

/** Whether DST, which is at `path`, has to be a directory: by a slash, or for several sources. */
bool fan_copy_targets_into(const fan_copy_targets_options *options, const char *path);

/**
 * Find out where everything goes. Nothing is made yet.
 *
 * @param sees     [source_count] whether the manifest's devices and inodes of that source mean the
 *                 same here
 * @param outcome         gets the path; and the failure, if there is one
 * @return whether this rank can go on
 */
bool fan_copy_targets_resolve(fan_copy_targets *targets, const fan_copy_targets_options *options,
                              const fan_copy_manifest *manifest, const bool *sees,
                              fan_copy_outcome *outcome);

/** From now on the manifest says what each source is called in a directory. */
void fan_copy_targets_name(const fan_copy_targets_options *options, fan_copy_manifest *manifest);

/**
 * With `whole`: whether nothing is at the first target, or an empty directory. Records the failure.
 */
bool fan_copy_targets_vacant(const fan_copy_targets *targets, fan_copy_outcome *outcome);

/** The path of an entry, with the target's root or its final path. False if it is too long. */
bool fan_copy_target_path(const fan_copy_targets *targets, const fan_copy_manifest *manifest,
                          const fan_copy_entry *entry, bool final, char *path, size_t size);

/** Whether this rank makes the entry at all. */
bool fan_copy_target_wanted(const fan_copy_targets *targets, const fan_copy_entry *entry);

/** Release all. */
void fan_copy_targets_close(fan_copy_targets *targets);

#endif
