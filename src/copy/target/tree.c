/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/job/opened.h"
#include "copy/model/attributes.h"
#include "copy/target/staging.h"
#include "copy/target/tree.h"
#include "os/path.h"
#include "os/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum state {
    TO_BE_MADE,
    KEPT, /* a file that is there already */
    MADE  /* a directory that was not there */
};

void fan_copy_tree_keep(fan_copy_tree *tree, int64_t entry)
{
    tree->states[entry] = KEPT;
}

bool fan_copy_tree_keeps(const fan_copy_tree *tree, int64_t entry)
{
    return tree->states[entry] == KEPT;
}

void fan_copy_tree_take(fan_copy_tree *tree, int64_t entry, int fd)
{
    tree->taken[tree->taken_count++] = (fan_copy_taken){entry, fd};
}

bool fan_copy_tree_can_take(const fan_copy_tree *tree)
{
    return tree->taken_count < FAN_COPY_TAKEN;
}

bool fan_copy_tree_takes(const fan_copy_tree *tree, int64_t entry)
{
    for (int i = 0; i < tree->taken_count; i++)
        if (tree->taken[i].entry == entry)
            return true;
    return false;
}

/* The caller owns it now. -1 if the entry does not have one. */
static int hand_over(fan_copy_tree *tree, int64_t entry)
{
    int fd = -1;
    for (int i = 0; i < tree->taken_count; i++)
        if (tree->taken[i].entry == entry) {
            fd = tree->taken[i].fd;
            tree->taken[i].fd = -1;
        }
    return fd;
}

/* ---- failures ---- */

/*
 * With errno, or without if it is 0. The name that the user knows, not the one of a tree that is
 * being made.
 */
static bool fail(fan_copy_tree *tree, const fan_copy_entry *entry, const char *what)
{
    int error = errno;
    char path[PATH_MAX];
    fan_copy_target_path(tree->targets, tree->manifest, entry, true, path, sizeof path);
    return fan_copy_outcome_fail_at(tree->outcome, path, what, error);
}

static void note_loss(fan_copy_tree *tree, const fan_copy_entry *entry, const char *lost, int error)
{
    if (lost != NULL && tree->outcome->note[0] == '\0')
        fan_copy_describe_loss(tree->outcome->note, sizeof tree->outcome->note, lost,
                               fan_copy_entry_path(tree->manifest, entry), error);
}

static void take_result(void *state, const fan_copy_writers_result *result)
{
    fan_copy_tree *tree = state;
    const fan_copy_entry *entry = &tree->manifest->entries[result->entry];
    tree->part.stale |= result->stale;
    note_loss(tree, entry, result->lost, result->lost_errno);
    errno = result->error;
    if (result->failed != NULL)
        fail(tree, entry, result->failed);
}

void fan_copy_tree_open(fan_copy_tree *tree, const fan_copy_tree_options *options,
                        const fan_copy_manifest *manifest, fan_copy_targets *targets,
                        fan_copy_outcome *outcome)
{
    *tree = (fan_copy_tree){.options = *options,
                            .manifest = manifest,
                            .targets = targets,
                            .outcome = outcome,
                            .writing = -1,
                            .small = -1,
                            .part = FAN_COPY_PART_CLOSED};
    tree->states = fan_copy_allocate((size_t)manifest->entry_count, 1);
    fan_copy_writers_open(&tree->writers, manifest, &tree->options.part, take_result, tree);
}

static bool path_of(fan_copy_tree *tree, const fan_copy_entry *entry, char path[static PATH_MAX])
{
    if (fan_copy_target_path(tree->targets, tree->manifest, entry, false, path, PATH_MAX))
        return true;
    errno = ENAMETOOLONG;
    return fail(tree, entry, "cannot write here");
}

static bool apply_attributes(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    const char *lost = NULL;
    int lost_errno = 0;
    /* What has them already may belong to somebody else. */
    if (fan_copy_attributes_match(tree->manifest, entry, path, tree->options.part.archive))
        return true;
    const fan_copy_attributes_place place = {.path = path, .fd = -1};
    const char *failed = fan_copy_attributes_apply(tree->manifest, entry, &place,
                                                   tree->options.part.archive, &lost, &lost_errno);
    note_loss(tree, entry, lost, lost_errno);
    return failed == NULL || fail(tree, entry, failed);
}

/* ---- entries ---- */

static bool make_directory(fan_copy_tree *tree, int64_t i, const char *path)
{
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    const fan_copy_target *target = &tree->targets->items[entry->target];
    struct stat status;
    bool is_staged_root = target->staged && fan_copy_entry_path(tree->manifest, entry)[0] == '\0';
    /*
     * Until all is in it, we must be able to write there. Should we be killed, others can use it
     * nevertheless.
     */
    if (is_staged_root || mkdir(path, (entry->mode & 0777) | S_IRWXU) == 0) {
        tree->states[i] = MADE;
        return true;
    }
    if (errno != EEXIST)
        return fail(tree, entry, "cannot create the directory");
    if (lstat(path, &status) != 0)
        return fail(tree, entry, "cannot write here");
    bool is_top = fan_copy_entry_path(tree->manifest, entry)[0] == '\0';
    if (!S_ISDIR(status.st_mode) && !is_top) { /* DST itself may be a link to a directory */
        errno = ENOTDIR;
        return fail(tree, entry, "cannot create the directory");
    }
    /* It may be left by a killed run, without its mode and times. */
    if (target->staged || (tree->options.resume && !is_top))
        tree->states[i] = MADE;
    return true;
}

/* A regular file or a link may be replaced, by rename(); a device or a fifo may not. */
static bool may_replace(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    struct stat status;
    if (!tree->targets->items[entry->target].existed || lstat(path, &status) != 0 ||
        S_ISREG(status.st_mode) || S_ISLNK(status.st_mode))
        return true;
    errno = S_ISDIR(status.st_mode) ? EISDIR : 0;
    return fail(tree, entry,
                errno == EISDIR ? "cannot write here"
                                : "is not a regular file and is not replaced; choose another name");
}

/* Whether the link is there already: making it again would change its directory's time. */
static bool has_link(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    char content[PATH_MAX], target[PATH_MAX];
    struct stat status, other;
    const char *wanted = tree->manifest->text + entry->link;
    if (entry->kind == FAN_COPY_SYMLINK) {
        ssize_t length = readlink(path, content, sizeof content);
        return length >= 0 && (size_t)length == strlen(wanted) &&
               memcmp(content, wanted, (size_t)length) == 0;
    }
    return path_of(tree, &tree->manifest->entries[entry->same_as], target) &&
           lstat(path, &status) == 0 && lstat(target, &other) == 0 &&
           status.st_dev == other.st_dev && status.st_ino == other.st_ino;
}

bool fan_copy_tree_makes(fan_copy_tree *tree, int64_t i)
{
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    char path[PATH_MAX];
    struct stat status;
    if (!fan_copy_target_path(tree->targets, tree->manifest, entry, false, path, sizeof path))
        return true;
    switch (entry->kind) {
    case FAN_COPY_DIRECTORY: return lstat(path, &status) != 0;
    case FAN_COPY_REGULAR: return tree->states[i] != KEPT;
    case FAN_COPY_SYMLINK: return !has_link(tree, entry, path);
    case FAN_COPY_HARD_LINK: /* a file that is replaced loses its other names */
        return fan_copy_tree_makes(tree, entry->same_as) || !has_link(tree, entry, path);
    }
    return true;
}

/*
 * Make a link under a temporary name, then rename it, so that there is always an old or a new one.
 */
static bool make_link(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    char temporary[PATH_MAX], target[PATH_MAX];
    if (!fan_os_temporary_name(path, FAN_COPY_PART, temporary, sizeof temporary)) {
        errno = ENAMETOOLONG;
        return fail(tree, entry, "cannot write here");
    }
    unlink(temporary);
    if (has_link(tree, entry, path))
        return entry->kind == FAN_COPY_HARD_LINK || apply_attributes(tree, entry, path);
    int failed;
    if (entry->kind == FAN_COPY_SYMLINK)
        failed = symlink(tree->manifest->text + entry->link, temporary);
    else
        failed = !path_of(tree, &tree->manifest->entries[entry->same_as], target) ||
                 linkat(AT_FDCWD, target, AT_FDCWD, temporary, 0) != 0;
    if (failed)
        return fail(tree, entry, "cannot create the link");
    if (entry->kind == FAN_COPY_SYMLINK && !apply_attributes(tree, entry, temporary)) {
        unlink(temporary);
        return false;
    }
    failed = rename(temporary, path);
    if (failed) {
        int error = errno;
        unlink(temporary);
        errno = error;
    }
    return !failed || fail(tree, entry, "cannot rename the temporary link");
}

static fan_copy_part_place place_of(const fan_copy_tree *tree, const fan_copy_entry *entry,
                                    const char *path)
{
    const fan_copy_target *target = &tree->targets->items[entry->target];
    return (fan_copy_part_place){.path = path, .staged = target->staged, .clean = target->clean};
}

/* All of the small file is here. */
static bool give_small(fan_copy_tree *tree, const void *data, size_t bytes)
{
    char path[PATH_MAX];
    int64_t i = tree->small;
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    tree->small = -1;
    if (!path_of(tree, entry, path))
        return false;
    const fan_copy_part_place place = place_of(tree, entry, path);
    return fan_copy_writers_give(&tree->writers, i, &place, data, bytes);
}

static bool finish_file(fan_copy_tree *tree)
{
    if (tree->small >= 0)
        return give_small(tree, NULL, 0); /* it is empty */
    if (tree->writing < 0)
        return true;
    const fan_copy_entry *entry = &tree->manifest->entries[tree->writing];
    const char *lost = NULL;
    int lost_errno = 0;
    tree->writing = -1;
    const char *failed = fan_copy_part_finish(&tree->part, &tree->options.part, tree->manifest,
                                              entry, &lost, &lost_errno);
    note_loss(tree, entry, lost, lost_errno);
    return failed == NULL || fail(tree, entry, failed);
}

/* Its data is there, mode and times may differ. */
static bool keep_file(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    fan_copy_part_remove_stale(path);
    return apply_attributes(tree, entry, path);
}

/* One after the other; those before it are whole then. */
static bool begin_large(fan_copy_tree *tree, int64_t i, const char *path, int taken)
{
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    const fan_copy_part_place place = place_of(tree, entry, path);
    if (!fan_copy_writers_wait(&tree->writers)) {
        if (taken >= 0)
            close(taken);
        return false;
    }
    const char *failed = fan_copy_part_open(&tree->part, entry, &place, taken);
    if (failed != NULL)
        return fail(tree, entry, failed);
    tree->writing = i;
    return true;
}

static bool begin_file(fan_copy_tree *tree, int64_t i, const char *path)
{
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    if (tree->states[i] == KEPT) {
        int taken = hand_over(tree, i); /* what a killed run had of it is not needed */
        if (taken >= 0)
            close(taken);
        return keep_file(tree, entry, path);
    }
    if (!may_replace(tree, entry, path))
        return false;
    int taken = hand_over(tree, i);
    bool is_one_of_many = tree->manifest->entry_count > 1;
    if (taken >= 0 || !is_one_of_many || !fan_copy_writers_can(tree->manifest, entry))
        return begin_large(tree, i, path, taken);
    tree->small = i;
    return true;
}

static bool make_entry(fan_copy_tree *tree, int64_t i)
{
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    char path[PATH_MAX];
    if (!fan_copy_target_wanted(tree->targets, entry))
        return true;
    if (!finish_file(tree) || !path_of(tree, entry, path))
        return false;
    switch (entry->kind) {
    case FAN_COPY_DIRECTORY: return make_directory(tree, i, path);
    case FAN_COPY_REGULAR: return begin_file(tree, i, path);
    case FAN_COPY_HARD_LINK:
        return fan_copy_writers_wait(&tree->writers) && may_replace(tree, entry, path) &&
               make_link(tree, entry, path);
    case FAN_COPY_SYMLINK: return may_replace(tree, entry, path) && make_link(tree, entry, path);
    }
    return false;
}

static bool advance(fan_copy_tree *tree, int64_t end)
{
    while (tree->next < end)
        if (!make_entry(tree, tree->next++))
            return false;
    return true;
}

bool fan_copy_tree_write(fan_copy_tree *tree, const fan_copy_piece *piece, const void *data,
                         const XXH128_hash_t *hash)
{
    if (!advance(tree, piece->entry + 1))
        return false;
    if (tree->small == piece->entry)
        return give_small(tree, data, (size_t)piece->bytes);
    if (tree->writing != piece->entry)
        return true; /* it is kept, or not wanted here */
    const char *failed = fan_copy_part_write(&tree->part, &tree->options.part, piece->offset, data,
                                             piece->bytes, hash);
    return failed == NULL || fail(tree, &tree->manifest->entries[piece->entry], failed);
}

/* ---- the end ---- */

/* In a tree that was there, this was done for each file. */
static bool flush_directory(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    return !tree->options.part.sync || !tree->targets->items[entry->target].staged ||
           fan_copy_sync_directory(path) == 0 || fail(tree, entry, "cannot flush the directory");
}

/* What is put into a directory changes its time, so those that are deepest come first. */
static bool finish_directories(fan_copy_tree *tree)
{
    char path[PATH_MAX];
    for (int64_t i = tree->manifest->entry_count - 1; i >= 0; i--) {
        const fan_copy_entry *entry = &tree->manifest->entries[i];
        bool ours = tree->states[i] == MADE || tree->options.part.archive;
        if (entry->kind != FAN_COPY_DIRECTORY || !ours ||
            !fan_copy_target_wanted(tree->targets, entry))
            continue;
        if (!path_of(tree, entry, path))
            return false;
        /* DST itself may be a link to a directory: it is the directory that gets them. */
        int error = fan_os_path_append(path, sizeof path, ".");
        if (error != 0) {
            errno = error;
            return fail(tree, entry, "cannot set the mode");
        }
        if (!apply_attributes(tree, entry, path) || !flush_directory(tree, entry, path))
            return false;
    }
    return true;
}

static void close_directories(fan_copy_tree *tree)
{
    int error = fan_copy_opened_restore();
    if (error != 0)
        fan_copy_describe_loss(tree->outcome->note, sizeof tree->outcome->note,
                               "the mode of a directory", "", error);
}

bool fan_copy_tree_finish(fan_copy_tree *tree)
{
    if (!advance(tree, tree->manifest->entry_count) || !finish_file(tree) ||
        !fan_copy_writers_wait(&tree->writers))
        return false;
    close_directories(tree); /* before those that are to have the source's get them */
    return finish_directories(tree) &&
           fan_copy_targets_commit(tree->targets, tree->options.part.sync, tree->outcome);
}

void fan_copy_tree_close(fan_copy_tree *tree, bool keep)
{
    if (tree->part.stale && tree->outcome->note[0] == '\0')
        snprintf(tree->outcome->note, sizeof tree->outcome->note,
                 "removed the temporary file of an earlier copy that was killed");
    if (keep)
        fan_copy_part_leave(&tree->part);
    else
        fan_copy_part_discard(&tree->part);
    fan_copy_writers_close(&tree->writers);
    close_directories(tree);
    for (int i = 0; i < tree->taken_count; i++)
        if (tree->taken[i].fd >= 0)
            close(tree->taken[i].fd);
    free(tree->states);
    tree->states = NULL;
}
