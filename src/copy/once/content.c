/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/once/content.h"
#include "copy/source/scan.h"
#include "copy/target/inventory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* An entry in bytes that are the same on all hosts and have no padding. */
static XXH128_hash_t hash_entry(const fan_copy_manifest *manifest, const fan_copy_entry *entry,
                                bool which)
{
    const char *path = fan_copy_entry_path(manifest, entry), *link = manifest->text + entry->link;
    XXH128_hash_t path_hash = XXH3_128bits(path, strlen(path));
    XXH128_hash_t link_hash = XXH3_128bits(link, strlen(link));
    const uint64_t record[] = {path_hash.low64,
                               path_hash.high64,
                               link_hash.low64,
                               link_hash.high64,
                               entry->kind,
                               entry->mode,
                               (uint64_t)entry->bytes,
                               (uint64_t)entry->same_as,
                               (uint64_t)entry->modified.tv_sec,
                               (uint64_t)entry->modified.tv_nsec,
                               which ? entry->device : 0,
                               which ? entry->inode : 0};
    return XXH3_128bits(record, sizeof record);
}

static XXH128_hash_t hash_all(const XXH128_hash_t *hashes, int64_t count)
{
    return count == 1 ? hashes[0] : XXH3_128bits(hashes, (size_t)count * sizeof *hashes);
}

static XXH128_hash_t hash_manifest(const fan_copy_manifest *manifest, bool which)
{
    int64_t count = manifest->entry_count;
    XXH128_hash_t *hashes = fan_copy_allocate((size_t)count, sizeof *hashes);
    for (int64_t i = 0; i < count; i++)
        hashes[i] = hash_entry(manifest, &manifest->entries[i], which);
    XXH128_hash_t result = hash_all(hashes, count);
    free(hashes);
    return result;
}

XXH128_hash_t fan_copy_content_source(const fan_copy_manifest *manifest)
{
    return hash_manifest(manifest, true);
}

static bool is_tree(const fan_copy_manifest *manifest)
{
    return manifest->entry_count > 0 && manifest->entries[0].kind != FAN_COPY_REGULAR;
}

bool fan_copy_content_digest(const fan_copy_manifest *manifest, char *const *sources,
                             XXH128_hash_t *digest)
{
    const XXH128_hash_t unreadable = {0, 0};
    int64_t count = manifest->entry_count;
    if (is_tree(manifest)) {
        *digest = hash_manifest(manifest, false);
        return true;
    }
    XXH128_hash_t *hashes = fan_copy_allocate((size_t)count, sizeof *hashes);
    bool good = true;
    for (int64_t i = 0; i < count; i++) {
        char *path = fan_copy_scan_content(sources, manifest, &manifest->entries[i]);
        hashes[i] = fan_copy_inventory_hash(path, true);
        good &= !XXH128_isEqual(hashes[i], unreadable);
        free(path);
    }
    *digest = hash_all(hashes, count);
    free(hashes);
    return good;
}
