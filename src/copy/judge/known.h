/* SPDX-License-Identifier: BSD-3-Clause */
/** @file known.h  The names that archives have made so far, and of what kind they are. Local. */
#ifndef FAN_COPY_JUDGE_KNOWN_H
#define FAN_COPY_JUDGE_KNOWN_H

#include <stdbool.h>
#include <sys/types.h>

/** Begin with {0}. */
typedef struct fan_copy_known {
    void *tree; /**< see tsearch(3) */
} fan_copy_known;

/** The kind (S_IFREG, S_IFDIR, S_IFLNK) of `path`, 0 if it is not there. */
mode_t fan_copy_known_kind(const fan_copy_known *known, const char *path);

/** `path` is of this kind from now on. False without memory. */
bool fan_copy_known_set(fan_copy_known *known, const char *path, mode_t kind);

void fan_copy_known_free(fan_copy_known *known);

#endif
