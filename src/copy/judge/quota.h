/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file quota.h  How much archives may unpack to: no more than was free when they began, so that a
 * small one cannot fill a disk. Local.
 */
#ifndef FAN_COPY_JUDGE_QUOTA_H
#define FAN_COPY_JUDGE_QUOTA_H

#include <archive_entry.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is left. */
typedef struct fan_copy_quota {
    int64_t bytes, files;
} fan_copy_quota;

/** What is free where `directory` is. */
void fan_copy_quota_open(fan_copy_quota *quota, const char *directory);

/** Take so much of it. False, with why in `text`, if there is less. */
bool fan_copy_quota_take(fan_copy_quota *quota, int64_t bytes, int64_t files, char *text,
                         size_t size);

/** How many bytes the entry says to have, without holes. */
int64_t fan_copy_quota_bytes(struct archive_entry *entry);

#endif
