/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/job/outcome.h"
#include "copy/source/catalog.h"
#include "copy/source/made.h"
#include "copy/walk/extents.h"
#include "copy/walk/snapshot.h"
#include "os/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first entry of a file with several names. */
typedef struct first_name {
    dev_t device;
    ino_t inode;
    int64_t entry;
} first_name;

bool fan_copy_catalog_reads(const fan_copy_catalog *s, int source)
{
    return s->options->read_by[source] == s->options->reader;
}

void fan_copy_catalog_problem(fan_copy_catalog *s, const char *path, const char *what, int error)
{
    char text[FAN_COPY_TEXT];
    fan_copy_describe_errno(text, sizeof text, what, error);
    s->problem(s->state, path, text);
}

static int compare_files(const void *left, const void *right)
{
    const first_name *a = left, *b = right;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return (a->inode > b->inode) - (a->inode < b->inode);
}

/*
 * The entry that has this file under another name, or -1 after noting that the next entry has it.
 */
static int64_t find_first_name(fan_copy_catalog *s, const struct stat *status)
{
    first_name *name = fan_copy_allocate(1, sizeof *name);
    *name = (first_name){status->st_dev, status->st_ino, s->manifest->entry_count};
    first_name **found = tsearch(name, &s->first_names, compare_files);
    if (*found == name)
        return -1;
    free(name);
    return (*found)->entry;
}

/* The content of the last entry is a snapshot, not the file itself. */
static void add_snapshot(fan_copy_catalog *s, const char *origin)
{
    char name[32], text[FAN_COPY_TEXT];
    int64_t bytes;
    const char *what;
    if (s->options->shared) {
        s->problem(s->state, origin,
                   "does not say how much it holds, as files of /proc and /sys, so it is read on "
                   "one host only; leave out --source-shared");
        return;
    }
    snprintf(name, sizeof name, "content.%lld", (long long)s->manifest->entry_count);
    char *place = fan_copy_made_name(name, text, sizeof text);
    if (place == NULL) {
        s->problem(s->state, origin, text);
        return;
    }
    int error = fan_copy_snapshot_take(origin, place, &bytes, &what);
    fan_copy_entry *entry = &s->manifest->entries[s->manifest->entry_count - 1];
    entry->content = fan_copy_manifest_keep(s->manifest, place, strlen(place));
    entry->bytes = bytes;
    if (bytes > 0)
        fan_copy_manifest_add_extent(s->manifest, 0, bytes);
    if (error != 0)
        fan_copy_catalog_problem(s, origin, what, error);
    free(place);
}

static void add_content(fan_copy_catalog *s, const char *origin, const fan_copy_probe *probe)
{
    const fan_copy_extents *where = &probe->where;
    if (probe->content != 0)
        fan_copy_catalog_problem(s, origin, "cannot read the source", probe->content);
    else if (probe->needs_snapshot)
        add_snapshot(s, origin);
    for (int64_t i = 0; i < where->count; i++)
        fan_copy_manifest_add_extent(s->manifest, where->list[i].offset, where->list[i].bytes);
}

/* Whether the file has an entry under another name; if so, one more is added. */
static bool add_hard_link(fan_copy_catalog *s, int target, const char *path,
                          const struct stat *status)
{
    int64_t first = status->st_nlink > 1 ? find_first_name(s, status) : -1;
    if (first < 0)
        return false;
    fan_copy_manifest_add(s->manifest, FAN_COPY_HARD_LINK, target, path, status)->same_as = first;
    return true;
}

static void add_regular(fan_copy_catalog *s, int target, const char *path, const char *origin,
                        const fan_copy_probe *probe)
{
    if (add_hard_link(s, target, path, &probe->status))
        return;
    fan_copy_manifest_add(s->manifest, FAN_COPY_REGULAR, target, path, &probe->status);
    if (probe->access != 0)
        fan_copy_catalog_problem(s, origin, "cannot open the source", probe->access);
    else
        add_content(s, origin, probe);
}

static void add_symlink(fan_copy_catalog *s, int target, const char *path, const char *origin,
                        const fan_copy_probe *probe)
{
    if (probe->link == NULL) {
        fan_copy_catalog_problem(s, origin, "cannot read the link", probe->linking);
        return;
    }
    if (add_hard_link(s, target, path, &probe->status))
        return;
    size_t link = fan_copy_manifest_keep(s->manifest, probe->link, strlen(probe->link));
    fan_copy_manifest_add(s->manifest, FAN_COPY_SYMLINK, target, path, &probe->status)->link = link;
}

static const char *kind_of_special(mode_t mode)
{
    return S_ISFIFO(mode) ? "a fifo" : S_ISSOCK(mode) ? "a socket" : "a device";
}

void fan_copy_catalog_add(fan_copy_catalog *s, int target, const char *path, const char *origin,
                          const fan_copy_probe *probe)
{
    char text[FAN_COPY_TEXT];
    const struct stat *status = &probe->status;
    int64_t before = s->manifest->entry_count;
    if (fan_os_temporary_is(path)) {
        s->problem(s->state, origin,
                   "was left by a copy that was killed; remove it, or leave it out with --exclude");
    } else if (S_ISDIR(status->st_mode)) {
        fan_copy_manifest_add(s->manifest, FAN_COPY_DIRECTORY, target, path, status);
    } else if (S_ISREG(status->st_mode)) {
        add_regular(s, target, path, origin, probe);
    } else if (S_ISLNK(status->st_mode)) {
        add_symlink(s, target, path, origin, probe);
    } else {
        snprintf(text, sizeof text, "is not a regular file but %s; leave it out with --exclude",
                 kind_of_special(status->st_mode));
        s->problem(s->state, origin, text);
    }
    if (!s->options->archive || s->manifest->entry_count == before ||
        s->manifest->entries[before].kind == FAN_COPY_HARD_LINK) /* its first name has them */
        return;
    fan_copy_attributes_keep(s->manifest, &probe->extended);
    if (probe->attributes != 0)
        fan_copy_catalog_problem(s, origin, "cannot read its extended attributes",
                                 probe->attributes);
}

fan_copy_probe_options fan_copy_catalog_needs(const fan_copy_catalog_options *options)
{
    return (fan_copy_probe_options){.holes = options->holes, .archive = options->archive};
}

void fan_copy_catalog_add_one(fan_copy_catalog *s, int target, const char *path, const char *origin,
                              const struct stat *status)
{
    const fan_copy_probe_options needs = fan_copy_catalog_needs(s->options);
    fan_copy_probe probe;
    fan_copy_probe_take(&probe, &needs, origin, status);
    fan_copy_catalog_add(s, target, path, origin, &probe);
    fan_copy_probe_free(&probe);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* A list may name a thing twice, or a directory and what is in it. */
bool fan_copy_catalog_has(fan_copy_catalog *s, const char *name)
{
    if (s->options->files_from == NULL)
        return false;
    char *kept = fan_copy_strdup(name);
    char **found = tsearch(kept, &s->names, compare_names);
    bool known = found == NULL || *found != kept;
    if (known)
        free(kept);
    return known;
}

void fan_copy_catalog_add_from(fan_copy_catalog *s, int target, const char *path,
                               const char *origin)
{
    struct stat status;
    if (stat(origin, &status) != 0) {
        fan_copy_catalog_problem(s, origin, "cannot open the source", errno);
        return;
    }
    int64_t before = s->manifest->entry_count;
    size_t place = fan_copy_manifest_keep(s->manifest, origin, strlen(origin));
    status.st_nlink = 1; /* a copy for each name */
    fan_copy_catalog_add_one(s, target, path, origin, &status);
    if (s->manifest->entry_count > before)
        s->manifest->entries[before].origin = place;
}

void fan_copy_catalog_add_directory(fan_copy_catalog *s, int target)
{
    const struct stat directory = {.st_mode = S_IFDIR | 0755};
    fan_copy_entry *top =
        fan_copy_manifest_add(s->manifest, FAN_COPY_DIRECTORY, target, "", &directory);
    clock_gettime(CLOCK_REALTIME, &top->modified);
    top->accessed = top->modified;
    top->owner = geteuid();
    top->group = getegid();
}

/* How much will come is not known. */
void fan_copy_catalog_add_stdin(fan_copy_catalog *s)
{
    struct stat status = {.st_mode = S_IFREG | 0666};
    mode_t mask = umask(0);
    umask(mask);
    status.st_mode &= ~mask;
    clock_gettime(CLOCK_REALTIME, &status.st_mtim);
    status.st_atim = status.st_mtim;
    fan_copy_manifest_add(s->manifest, FAN_COPY_REGULAR, 0, "", &status);
    fan_copy_manifest_add_extent(s->manifest, 0, FAN_COPY_ENDLESS);
}

void fan_copy_catalog_name_last(fan_copy_catalog *s, const char *name)
{
    size_t place = fan_copy_manifest_keep(s->manifest, name, strlen(name));
    s->manifest->entries[s->manifest->entry_count - 1].name = place;
}

void fan_copy_catalog_close(fan_copy_catalog *s)
{
    tdestroy(s->first_names, free);
    tdestroy(s->names, free);
}
