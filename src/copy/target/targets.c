/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/target/targets.h"
#include "os/path.h"
#include "os/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LIBRARIES_SUFFIX "_libs"

static int count_targets(const fan_copy_targets_options *options)
{
    return options->with_libraries ? 2 * options->source_count : options->source_count;
}

/* ---- where to ---- */

/* The entry of the thing itself; NULL if nothing of it is copied. */
static const fan_copy_entry *top_of(const fan_copy_manifest *manifest, int target)
{
    for (int64_t i = 0; i < manifest->entry_count; i++)
        if (manifest->entries[i].target == target)
            return &manifest->entries[i];
    return NULL;
}

bool fan_copy_targets_into(const fan_copy_targets_options *options, const char *path)
{
    size_t length = strlen(path);
    return options->source_count > 1 || (length > 0 && path[length - 1] == '/');
}

/* DST on this host, whether it is a directory to put things into, and whether that is right. */
static int find_destination(const fan_copy_targets_options *options, fan_copy_outcome *outcome,
                            bool *into)
{
    char *path = outcome->path;
    int error = fan_os_path_expand(options->destination, outcome->host, outcome->rank, path,
                                   sizeof outcome->path);
    if (error != 0)
        return error;
    if (path[0] == '\0')
        return ENOENT;
    struct stat status;
    bool is_there = stat(path, &status) == 0;
    bool will_be = options->makes_way && !is_there && fan_copy_targets_into(options, path);
    bool is_directory = will_be || (is_there && S_ISDIR(status.st_mode));
    *into = is_directory && !options->never_into;
    if (is_directory && options->from_stdin) /* it has no name */
        return EISDIR;
    if (!is_directory && options->source_count > 1)
        return is_there ? ENOTDIR : errno;
    return 0;
}

/* What the thing is called in a directory. */
static void find_name(const fan_copy_targets_options *options, const fan_copy_manifest *manifest,
                      int source, char name[static NAME_MAX + 1])
{
    const fan_copy_entry *top = top_of(manifest, source);
    if (top != NULL && top->name != 0)
        snprintf(name, NAME_MAX + 1, "%s", manifest->text + top->name);
    else
        fan_os_path_name(options->sources[source], name, NAME_MAX + 1);
}

void fan_copy_targets_name(const fan_copy_targets_options *options, fan_copy_manifest *manifest)
{
    char name[NAME_MAX + 1];
    for (int i = 0; i < options->source_count; i++) {
        const fan_copy_entry *top = top_of(manifest, i);
        if (top == NULL || top->name != 0)
            continue;
        find_name(options, manifest, i, name);
        int64_t entry = top - manifest->entries;
        manifest->entries[entry].name = fan_copy_manifest_keep(manifest, name, strlen(name));
    }
}

static int place(const fan_copy_targets_options *options, const fan_copy_manifest *manifest, int i,
                 const char *destination, bool into, char *path, size_t size)
{
    char name[NAME_MAX + 1];
    snprintf(path, size, "%s", destination);
    find_name(options, manifest, i % options->source_count, name);
    if (into && strcmp(name, ".") != 0) {
        int error = fan_os_path_append(path, size, name);
        if (error != 0)
            return error;
    }
    if (i < options->source_count)
        return 0;
    fan_os_path_trim(path);
    size_t used = strlen(path);
    return (size_t)snprintf(path + used, size - used, LIBRARIES_SUFFIX) < size - used
               ? 0
               : ENAMETOOLONG;
}

/* What is at the target's path must be of a kind that the copy can replace or go into. */
static int check_place(fan_copy_target *target, const fan_copy_entry *top)
{
    struct stat status;
    size_t length = strlen(target->final_path);
    bool promises_directory = target->final_path[length - 1] == '/';
    target->existed = false;
    if (stat(target->final_path, &status) != 0) {
        if (errno != ENOENT)
            return errno;
        /* A link to nothing can be replaced by a file, not by a directory. */
        bool is_link = lstat(target->final_path, &status) == 0;
        return (top->kind == FAN_COPY_DIRECTORY ? is_link : promises_directory) ? ENOTDIR : 0;
    }
    target->existed = true;
    if (top->kind == FAN_COPY_DIRECTORY)
        return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    return S_ISREG(status.st_mode) ? 0 : EINVAL;
}

static bool fail(fan_copy_outcome *outcome, const char *path, int error)
{
    static const char special[] = "is not a regular file and is not replaced; choose another name";
    return error == EINVAL ? fan_copy_outcome_fail_at(outcome, path, special, 0)
                           : fan_copy_outcome_fail_at(outcome, path, "cannot write here", error);
}

/* ---- the source itself ---- */

static bool is_same(const struct stat *status, const fan_copy_entry *entry)
{
    return status->st_dev == entry->device && status->st_ino == entry->inode;
}

static bool is_source(const char *path, const fan_copy_entry *top)
{
    struct stat status;
    return top->inode != 0 && stat(path, &status) == 0 && is_same(&status, top);
}

/* Whether one of the directories that `path` is in is the source. */
static bool is_inside(const char *path, const fan_copy_entry *top)
{
    char directory[PATH_MAX];
    struct stat status, root;
    if (top->kind != FAN_COPY_DIRECTORY || top->inode == 0 || stat("/", &root) != 0)
        return false;
    fan_os_path_parent(path, directory, sizeof directory);
    while (stat(directory, &status) == 0) {
        if (is_same(&status, top))
            return true;
        if ((status.st_dev == root.st_dev && status.st_ino == root.st_ino) ||
            fan_os_path_append(directory, sizeof directory, "..") != 0)
            return false;
    }
    return false;
}

/* ---- resolving ---- */

/* Two sources with the same name in different directories: the second would replace the first. */
static bool is_taken(const fan_copy_targets *targets, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(targets->items[k].final_path, targets->items[i].final_path) == 0)
            return true;
    return false;
}

static bool resolve(fan_copy_target *target, const fan_copy_entry *top, bool on_source_node,
                    const fan_copy_targets_options *options, fan_copy_outcome *outcome)
{
    if (top->kind == FAN_COPY_DIRECTORY)
        fan_os_path_trim(target->final_path);
    int error = check_place(target, top);
    if (error != 0)
        return fail(outcome, target->final_path, error);
    if (on_source_node && is_source(target->final_path, top)) {
        snprintf(outcome->note, sizeof outcome->note, "is the source itself; left as it is");
        target->skipped = true;
    } else if (on_source_node && is_inside(target->final_path, top)) {
        fan_copy_outcome_fail(outcome, "is inside the source; choose a destination outside of it");
        return false;
    }
    if (options->whole && top->kind == FAN_COPY_DIRECTORY)
        target->existed = false;
    target->staged = top->kind == FAN_COPY_DIRECTORY && !target->existed && !options->at_once;
    char root[PATH_MAX];
    if (target->staged &&
        !fan_os_temporary_name(target->final_path, FAN_COPY_PART, root, sizeof root))
        return fail(outcome, target->final_path, ENAMETOOLONG);
    target->root = fan_copy_strdup(target->staged ? root : target->final_path);
    return true;
}

bool fan_copy_targets_resolve(fan_copy_targets *targets, const fan_copy_targets_options *options,
                              const fan_copy_manifest *manifest, const bool *sees,
                              fan_copy_outcome *outcome)
{
    bool into = false;
    char path[PATH_MAX];
    int error = find_destination(options, outcome, &into);
    if (error != 0)
        return fail(outcome, outcome->path, error);
    char name[NAME_MAX + 1];
    find_name(options, manifest, 0, name);
    targets->into = into && strcmp(name, ".") != 0;
    targets->count = count_targets(options);
    targets->items = fan_copy_allocate((size_t)targets->count, sizeof *targets->items);
    for (int i = 0; i < targets->count; i++)
        targets->items[i].lock = -1;
    char destination[PATH_MAX];
    snprintf(destination, sizeof destination, "%s", outcome->path);
    for (int i = 0; i < targets->count; i++) {
        fan_copy_target *target = &targets->items[i];
        const fan_copy_entry *top = top_of(manifest, i);
        error = place(options, manifest, i, destination, into, path, sizeof path);
        if (error != 0)
            return fail(outcome, destination, error);
        target->final_path = fan_copy_strdup(path);
        if (options->source_count == 1 && i == 0)
            fan_copy_outcome_at(outcome, path);
        if (is_taken(targets, i))
            return fan_copy_outcome_fail_at(
                outcome, path, "two of the sources have this name; copy one after the other", 0);
        if (top == NULL)
            target->skipped = true;
        else if (!resolve(target, top, sees[i % options->source_count], options, outcome))
            return false;
    }
    return true;
}

bool fan_copy_targets_vacant(const fan_copy_targets *targets, fan_copy_outcome *outcome)
{
    const char *path = targets->items[0].final_path;
    DIR *directory = opendir(path);
    if (directory == NULL)
        return errno == ENOENT ||
               fan_copy_outcome_fail_at(outcome, path, "cannot write here", errno);
    bool vacant = true;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        vacant &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(directory);
    return vacant || fan_copy_outcome_fail_at(outcome, path,
                                              "is there already and is not empty; remove it, or "
                                              "choose another name",
                                              0);
}

bool fan_copy_target_path(const fan_copy_targets *targets, const fan_copy_manifest *manifest,
                          const fan_copy_entry *entry, bool final, char *path, size_t size)
{
    const fan_copy_target *target = &targets->items[entry->target];
    const char *below = fan_copy_entry_path(manifest, entry);
    const char *root = final ? target->final_path : target->root;
    return (size_t)snprintf(path, size, "%s%s%s", root, below[0] != '\0' ? "/" : "", below) < size;
}

bool fan_copy_target_wanted(const fan_copy_targets *targets, const fan_copy_entry *entry)
{
    return targets->items != NULL && !targets->items[entry->target].skipped;
}

void fan_copy_targets_close(fan_copy_targets *targets)
{
    for (int i = 0; i < targets->count; i++) {
        fan_copy_target *target = &targets->items[i];
        free(target->final_path);
        free(target->root);
    }
    free(targets->items);
    *targets = (fan_copy_targets){0};
}
