/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/model/manifest.h"

#include <stdlib.h>
#include <string.h>

fan_copy_entry *fan_copy_manifest_add(fan_copy_manifest *manifest, fan_copy_kind kind, int target,
                                      const char *path, const struct stat *status)
{
    size_t name = fan_copy_manifest_keep(manifest, path, strlen(path));
    fan_copy_grow(&manifest->entries, &manifest->entry_room, manifest->entry_count + 1,
                  sizeof *manifest->entries);
    fan_copy_entry *entry = &manifest->entries[manifest->entry_count++];
    /* The padding as well: entries are sent, and valgrind looks. */
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    entry->target = target;
    entry->path = name;
    entry->first_extent = manifest->extent_count;
    entry->bytes = kind == FAN_COPY_REGULAR ? status->st_size : 0;
    entry->mode = status->st_mode & 07777;
    entry->owner = status->st_uid;
    entry->group = status->st_gid;
    entry->accessed = status->st_atim;
    entry->modified = status->st_mtim;
    entry->device = status->st_dev;
    entry->inode = status->st_ino;
    return entry;
}

fan_copy_manifest fan_copy_manifest_of_directory(void)
{
    const struct stat directory = {.st_mode = S_IFDIR | 0777};
    fan_copy_manifest manifest = {0};
    fan_copy_manifest_keep(&manifest, "", 0); /* at 0, which in an entry means "not given" */
    fan_copy_manifest_add(&manifest, FAN_COPY_DIRECTORY, 0, "", &directory);
    return manifest;
}

size_t fan_copy_manifest_keep(fan_copy_manifest *manifest, const void *data, size_t bytes)
{
    size_t place = (size_t)manifest->text_bytes;
    fan_copy_grow(&manifest->text, &manifest->text_room, (int64_t)(place + bytes + 1), 1);
    memcpy(manifest->text + place, data, bytes);
    manifest->text[place + bytes] = '\0';
    manifest->text_bytes += (int64_t)bytes + 1;
    return place;
}

void fan_copy_manifest_add_extent(fan_copy_manifest *manifest, int64_t offset, int64_t bytes)
{
    fan_copy_grow(&manifest->extents, &manifest->extent_room, manifest->extent_count + 1,
                  sizeof *manifest->extents);
    manifest->extents[manifest->extent_count++] = (fan_copy_extent){offset, bytes};
    manifest->entries[manifest->entry_count - 1].extents++;
}

void fan_copy_manifest_allocate(fan_copy_manifest *manifest, int64_t entries, int64_t extents,
                                int64_t text_bytes)
{
    fan_copy_grow(&manifest->entries, &manifest->entry_room, entries, sizeof *manifest->entries);
    fan_copy_grow(&manifest->extents, &manifest->extent_room, extents, sizeof *manifest->extents);
    fan_copy_grow(&manifest->text, &manifest->text_room, text_bytes, 1);
    manifest->entry_count = entries;
    manifest->extent_count = extents;
    manifest->text_bytes = text_bytes;
}

/* 0 means "not given". */
static void move_text(size_t *place, size_t by)
{
    if (*place != 0)
        *place += by;
}

/* So many others are before what the entry refers to. */
static void move_entry(fan_copy_entry *entry, const fan_copy_manifest *others)
{
    size_t text = (size_t)others->text_bytes;
    entry->path += text;
    move_text(&entry->link, text);
    move_text(&entry->name, text);
    move_text(&entry->origin, text);
    move_text(&entry->content, text);
    move_text(&entry->extra, text);
    entry->first_extent += others->extent_count;
    if (entry->kind == FAN_COPY_HARD_LINK)
        entry->same_as += others->entry_count;
}

static void append(void *array, size_t *room, int64_t *count, const void *more, int64_t more_count,
                   size_t size)
{
    char **elements = array;
    fan_copy_grow(array, room, *count + more_count, size);
    if (more_count > 0)
        memcpy(*elements + (size_t)*count * size, more, (size_t)more_count * size);
    *count += more_count;
}

void fan_copy_manifest_append(fan_copy_manifest *manifest, fan_copy_manifest *more)
{
    for (int64_t i = 0; i < more->entry_count; i++)
        move_entry(&more->entries[i], manifest);
    append(&manifest->entries, &manifest->entry_room, &manifest->entry_count, more->entries,
           more->entry_count, sizeof *more->entries);
    append(&manifest->extents, &manifest->extent_room, &manifest->extent_count, more->extents,
           more->extent_count, sizeof *more->extents);
    append(&manifest->text, &manifest->text_room, &manifest->text_bytes, more->text,
           more->text_bytes, 1);
    fan_copy_manifest_free(more);
}

const char *fan_copy_entry_path(const fan_copy_manifest *manifest, const fan_copy_entry *entry)
{
    return manifest->text + entry->path;
}

bool fan_copy_entry_has_time(const fan_copy_entry *entry, const struct stat *status)
{
    return status->st_mtim.tv_sec == entry->modified.tv_sec &&
           status->st_mtim.tv_nsec == entry->modified.tv_nsec;
}

bool fan_copy_manifest_endless(const fan_copy_manifest *manifest)
{
    return manifest->extent_count == 1 && manifest->extents[0].bytes == FAN_COPY_ENDLESS;
}

int64_t fan_copy_manifest_bytes(const fan_copy_manifest *manifest)
{
    int64_t bytes = 0;
    for (int64_t i = 0; i < manifest->entry_count; i++)
        bytes += manifest->entries[i].bytes;
    return bytes;
}

int64_t fan_copy_manifest_files(const fan_copy_manifest *manifest)
{
    int64_t files = 0;
    for (int64_t i = 0; i < manifest->entry_count; i++)
        files += manifest->entries[i].kind == FAN_COPY_REGULAR;
    return files;
}

void fan_copy_manifest_free(fan_copy_manifest *manifest)
{
    free(manifest->entries);
    free(manifest->extents);
    free(manifest->text);
    *manifest = (fan_copy_manifest){0};
}
