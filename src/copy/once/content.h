/* SPDX-License-Identifier: BSD-3-Clause */
/** @file content.h  What a job wants to have at DST, in two hashes. On rank 0. */
#ifndef FAN_COPY_ONCE_CONTENT_H
#define FAN_COPY_ONCE_CONTENT_H

#include "copy/model/manifest.h"

#include <stdbool.h>
#include <xxhash.h>

typedef struct fan_copy_content {
    XXH128_hash_t source; /**< which files: by size, time, device and inode. Quick to know */
    /**
     * what is in them: of a file or an archive its hash, of several the hash of those; of a tree
     * the hash of its names, kinds, modes, sizes, times and links
     */
    XXH128_hash_t digest;
} fan_copy_content;

/** Which files. */
XXH128_hash_t fan_copy_content_source(const fan_copy_manifest *manifest);

/** What is in them, which reads them unless it is a tree. False if one cannot be read. */
bool fan_copy_content_digest(const fan_copy_manifest *manifest, char *const *sources,
                             XXH128_hash_t *digest);

#endif
