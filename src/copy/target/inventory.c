/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/coding/xxh3.h"
#include "copy/job/memory.h"
#include "copy/target/inventory.h"
#include "os/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files ---- */

static bool find_regular(const fan_copy_tree *tree, const fan_copy_entry *entry,
                         char path[static PATH_MAX], struct stat *status)
{
    return fan_copy_target_path(tree->targets, tree->manifest, entry, false, path, PATH_MAX) &&
           lstat(path, status) == 0 && S_ISREG(status->st_mode);
}

/* Mark all pieces of the entry, the first of which is at `cursor`. */
static void add_pieces(const fan_copy_manifest *manifest, int64_t entry, fan_copy_cursor cursor,
                       fan_copy_set *have)
{
    int64_t count = fan_copy_entry_pieces(manifest, &manifest->entries[entry]);
    for (int64_t i = 0; i < count; i++)
        fan_copy_set_add(have, cursor.index + i);
}

static void look_at(fan_copy_tree *tree, int64_t i, fan_copy_cursor cursor,
                    fan_copy_set *candidates, fan_copy_set *have)
{
    const fan_copy_tree_options *options = &tree->options;
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    char path[PATH_MAX];
    struct stat status;
    if (find_regular(tree, entry, path, &status) && status.st_size == entry->bytes) {
        if (options->checksum) {
            fan_copy_set_add(candidates, i);
        } else if (fan_copy_entry_has_time(entry, &status) && status.st_ctime >= options->since) {
            fan_copy_tree_keep(tree, i);
            add_pieces(tree->manifest, i, cursor, have);
            return;
        }
    }
    if (!options->resume || options->dry_run || !fan_copy_tree_can_take(tree))
        return;
    int fd = fan_copy_part_look(tree->manifest, path, cursor, have);
    if (fd >= 0)
        fan_copy_tree_take(tree, i, fd);
}

/* The place of the entry after this one, whose first piece is at `cursor`. */
static fan_copy_cursor next_entry(const fan_copy_manifest *manifest, fan_copy_cursor cursor)
{
    const fan_copy_entry *entry = &manifest->entries[cursor.entry];
    return (fan_copy_cursor){.entry = cursor.entry + 1,
                             .index = cursor.index + fan_copy_entry_pieces(manifest, entry)};
}

void fan_copy_inventory_look(fan_copy_tree *tree, fan_copy_set *candidates, fan_copy_set *have)
{
    const fan_copy_manifest *manifest = tree->manifest;
    bool may_have = tree->options.update || tree->options.checksum || tree->options.resume;
    for (fan_copy_cursor at = {0}; at.entry < manifest->entry_count;
         at = next_entry(manifest, at)) {
        const fan_copy_entry *entry = &manifest->entries[at.entry];
        if (!fan_copy_target_wanted(tree->targets, entry))
            add_pieces(manifest, at.entry, at, have);
        else if (may_have && entry->kind == FAN_COPY_REGULAR)
            look_at(tree, at.entry, at, candidates, have);
    }
}

/* ---- for others ---- */

/* The file of this host that has the entry's data, or some of it. False if there is none. */
static bool find_own(const fan_copy_tree *tree, int64_t i, char path[static PATH_MAX])
{
    char final_path[PATH_MAX];
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    bool keeps = fan_copy_tree_keeps(tree, i);
    if ((!keeps && !fan_copy_tree_takes(tree, i)) ||
        !fan_copy_target_path(tree->targets, tree->manifest, entry, false, final_path, PATH_MAX))
        return false;
    if (!keeps)
        return fan_os_temporary_name(final_path, FAN_COPY_PART, path, PATH_MAX);
    memcpy(path, final_path, sizeof final_path);
    return true;
}

fan_copy_set fan_copy_inventory_lend(const fan_copy_tree *tree, fan_copy_manifest *manifest,
                                     const fan_copy_set *have)
{
    char path[PATH_MAX];
    fan_copy_set own = fan_copy_set_make(have->count);
    for (fan_copy_cursor at = {0}; at.entry < manifest->entry_count;
         at = next_entry(manifest, at)) {
        if (!find_own(tree, at.entry, path))
            continue;
        int64_t end = next_entry(manifest, at).index;
        for (int64_t i = at.index; i < end; i++)
            if (fan_copy_set_has(have, i))
                fan_copy_set_add(&own, i);
        size_t there = fan_copy_manifest_keep(manifest, path, strlen(path));
        bool keeps = fan_copy_tree_keeps(tree, at.entry);
        /* Nobody else writes to a temporary file; another one may change, as a source may. */
        manifest->entries[at.entry].content = keeps ? 0 : there;
        if (keeps)
            manifest->entries[at.entry].origin = there;
    }
    return own;
}

/* ---- hashes ---- */

XXH128_hash_t fan_copy_inventory_hash(const char *path, bool follow)
{
    int fd = open(path, O_RDONLY | (follow ? 0 : O_NOFOLLOW) | O_NONBLOCK | O_CLOEXEC);
    char *data = fan_copy_allocate(1, FAN_COPY_BLOCK);
    XXH3_state_t *state = fan_copy_xxh3_start();
    ssize_t got = fd < 0 ? -1 : 0;
    while (got >= 0 && (got = fan_file_read(fd, data, FAN_COPY_BLOCK)) > 0)
        XXH3_128bits_update(state, data, (size_t)got);
    XXH128_hash_t hash = got < 0 ? (XXH128_hash_t){0} : XXH3_128bits_digest(state);
    XXH3_freeState(state);
    free(data);
    if (fd >= 0)
        close(fd);
    return hash;
}

void fan_copy_inventory_compare(fan_copy_tree *tree, const fan_copy_set *candidates,
                                const XXH128_hash_t *hashes, fan_copy_set *have)
{
    const fan_copy_manifest *manifest = tree->manifest;
    char path[PATH_MAX];
    for (fan_copy_cursor at = {0}; at.entry < manifest->entry_count;
         at = next_entry(manifest, at)) {
        if (!fan_copy_set_has(candidates, at.entry) ||
            !fan_copy_target_path(tree->targets, manifest, &manifest->entries[at.entry], false,
                                  path, sizeof path) ||
            XXH128_isEqual(hashes[at.entry], (XXH128_hash_t){0}) ||
            !XXH128_isEqual(fan_copy_inventory_hash(path, false), hashes[at.entry]))
            continue;
        fan_copy_tree_keep(tree, at.entry);
        add_pieces(manifest, at.entry, at, have);
    }
}

/* ---- room ---- */

void fan_copy_inventory_remove_stale(fan_copy_tree *tree)
{
    char path[PATH_MAX];
    for (int64_t i = 0; i < tree->manifest->entry_count; i++) {
        const fan_copy_entry *entry = &tree->manifest->entries[i];
        if (entry->kind == FAN_COPY_REGULAR && fan_copy_target_wanted(tree->targets, entry) &&
            fan_copy_target_path(tree->targets, tree->manifest, entry, false, path, sizeof path))
            tree->part.stale |= fan_copy_part_remove_stale(path);
    }
}

static int64_t round_up(int64_t bytes, int64_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* Bytes of the entry that are lacking here. */
static int64_t lacking(const fan_copy_tree *tree, fan_copy_cursor cursor, const fan_copy_set *have)
{
    int64_t bytes = 0, entry = cursor.entry;
    fan_copy_piece piece;
    while (fan_copy_pieces_next(tree->manifest, &cursor, &piece) && piece.entry == entry)
        bytes += fan_copy_set_has(have, piece.index) ? 0 : piece.bytes;
    return bytes;
}

/* What is at the entry's place, with as few looks as that takes. False if nothing is. */
static bool find_old(const fan_copy_tree *tree, const fan_copy_entry *entry, struct stat *status)
{
    const fan_copy_target *target = &tree->targets->items[entry->target];
    char path[PATH_MAX];
    bool is_top = fan_copy_entry_path(tree->manifest, entry)[0] == '\0';
    return (!target->staged || target->resumed || is_top) &&
           fan_copy_target_path(tree->targets, tree->manifest, entry, false, path, sizeof path) &&
           lstat(path, status) == 0;
}

/*
 * Files are replaced one after the other: each gives its blocks back, but only once the new one is
 * whole.
 */
void fan_copy_inventory_room(const fan_copy_tree *tree, const fan_copy_set *have, int64_t unit,
                             int64_t *bytes, int64_t *files)
{
    const fan_copy_manifest *manifest = tree->manifest;
    int64_t largest_old = 0;
    struct stat status;
    *bytes = *files = 0;
    for (fan_copy_cursor at = {0}; at.entry < manifest->entry_count;
         at = next_entry(manifest, at)) {
        const fan_copy_entry *entry = &manifest->entries[at.entry];
        if (!fan_copy_target_wanted(tree->targets, entry) || fan_copy_tree_keeps(tree, at.entry))
            continue;
        *bytes += round_up(lacking(tree, at, have), unit);
        bool is_there = find_old(tree, entry, &status);
        if (is_there && S_ISREG(status.st_mode) && status.st_nlink == 1) {
            int64_t old = (int64_t)status.st_blocks * 512;
            *bytes -= old;
            largest_old = MAX(largest_old, old);
        } else if (!is_there && entry->kind != FAN_COPY_HARD_LINK) {
            ++*files;
        }
    }
    *bytes += largest_old;
}
