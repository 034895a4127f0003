/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file probe.h  All that has to be asked of the file system about one thing. Thread-safe, so many
 * things can be asked about at the same time.
 */
#ifndef FAN_COPY_WALK_PROBE_H
#define FAN_COPY_WALK_PROBE_H

#include "copy/model/attributes.h"
#include "copy/walk/extents.h"

#include <stdbool.h>
#include <sys/stat.h>

/** What of it is of use. */
typedef struct fan_copy_probe_options {
    bool holes;   /**< where a file has none; otherwise all is data */
    bool archive; /**< extended attributes */
} fan_copy_probe_options;

/** Errno values are 0 for what was found. */
typedef struct fan_copy_probe {
    struct stat status;
    int access;             /**< of a regular file: why it cannot be read */
    bool needs_snapshot;    /**< see snapshot.h */
    fan_copy_extents where; /**< it has data */
    int content;            /**< why that is not known */
    char *link;             /**< a symbolic link's content */
    int linking;            /**< why that is not known */
    fan_copy_attributes extended;
    int attributes; /**< why these are not known */
} fan_copy_probe;

/** Ask about what is at `path`, of which `status` is known. */
void fan_copy_probe_take(fan_copy_probe *probe, const fan_copy_probe_options *options,
                         const char *path, const struct stat *status);

void fan_copy_probe_free(fan_copy_probe *probe);

#endif
