/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file attributes.h  What a file has besides its data: mode and times; with --archive owner,
 * extended attributes, ACLs.
 */
#ifndef FAN_COPY_MODEL_ATTRIBUTES_H
#define FAN_COPY_MODEL_ATTRIBUTES_H

#include "copy/model/manifest.h"

/** Extended attributes (ACLs are some of them) as they are in a manifest's text. */
typedef struct fan_copy_attributes {
    char *data; /**< for the caller to free */
    size_t bytes, room;
} fan_copy_attributes;

/**
 * Read those of `path`, of the link itself if it is a link that is copied. Thread-safe. 0 or an
 * errno value.
 */
int fan_copy_attributes_read(fan_copy_attributes *attributes, const char *path, bool is_link);

/** Give them to the last entry. */
void fan_copy_attributes_keep(fan_copy_manifest *manifest, const fan_copy_attributes *attributes);

/**
 * Whether `path` has the mode and the modification time that fan_copy_attributes_apply would give
 * it, and with `archive` the owner and the extended attributes. Then that need not be called, which
 * fails for those who do not own it.
 */
bool fan_copy_attributes_match(const fan_copy_manifest *manifest, const fan_copy_entry *entry,
                               const char *path, bool archive);

/** What gets attributes. */
typedef struct fan_copy_attributes_place {
    const char *path;
    int fd;     /**< of the regular file there, if it is open; otherwise -1 */
    bool clean; /**< it is new, and nothing in its directory gets an ACL by being made there */
} fan_copy_attributes_place;

/**
 * Give what is at `place` the entry's mode and times, and with `archive` its owner and extended
 * attributes. A file that has another owner then loses set-user-ID, one of another group
 * set-group-ID.
 *
 * @param lost  set to what could not be kept with `archive` (no right to give files away, a file
 *              system without such attributes), with `lost_errno`; untouched if all was kept
 * @return NULL, or what failed, with errno
 */
const char *fan_copy_attributes_apply(const fan_copy_manifest *manifest,
                                      const fan_copy_entry *entry,
                                      const fan_copy_attributes_place *place, bool archive,
                                      const char **lost, int *lost_errno);

/** Whether what is made in the directory `path` gets an ACL from it. */
bool fan_copy_attributes_inherited(const char *path);

#endif
