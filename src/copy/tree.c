/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/tree.h"
#include "copy/attributes.h"
#include "copy/memory.h"
#include "copy/path.h"
#include "copy/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum state {
    TO_BE_MADE,
    KEPT, /* a file that is there already */
    MADE  /* a directory that was not there */
};

void fan_copy_tree_open(fan_copy_tree *tree, const fan_copy_options *options,
                        const fan_copy_manifest *manifest, fan_copy_targets *targets,
                        fan_copy_outcome *outcome)
{
    *tree = (fan_copy_tree){.options = options,
                            .manifest = manifest,
                            .targets = targets,
                            .outcome = outcome,
                            .writing = -1,
                            .part = {.fd = -1, .journal = -1}};
    tree->states = fan_copy_allocate((size_t)manifest->entry_count, 1);
}

void fan_copy_tree_keep(fan_copy_tree *tree, int64_t entry)
{
    tree->states[entry] = KEPT;
}

bool fan_copy_tree_keeps(const fan_copy_tree *tree, int64_t entry)
{
    return tree->states[entry] == KEPT;
}

/* ---- failures ---- */

/* With errno, or without if it is 0. The name that the user knows, not the one of a tree that is being made. */
static bool fail(fan_copy_tree *tree, const fan_copy_entry *entry, const char *what)
{
    int error = errno;
    fan_copy_outcome *outcome = tree->outcome;
    if (outcome->error[0] == '\0')
        fan_copy_target_path(tree->targets, tree->manifest, entry, true, outcome->path,
                             sizeof outcome->path);
    if (error == 0)
        fan_copy_outcome_fail(outcome, "%s", what);
    else
        fan_copy_outcome_fail_errno(outcome, what, error);
    return false;
}

static void note_loss(fan_copy_tree *tree, const fan_copy_entry *entry, const char *lost, int error)
{
    if (lost != NULL && tree->outcome->note[0] == '\0')
        fan_copy_describe_loss(tree->outcome->note, sizeof tree->outcome->note, lost,
                               fan_copy_entry_path(tree->manifest, entry), error);
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
    const char *failed = fan_copy_attributes_apply(tree->manifest, entry, path,
                                                   tree->options->archive, &lost, &lost_errno);
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
    /* Until all is in it, we must be able to write there. */
    if (is_staged_root || mkdir(path, S_IRWXU) == 0) {
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
    /* Of a killed run: it has not got its mode yet. */
    if (target->staged)
        tree->states[i] = MADE;
    return true;
}

/* A regular file or a link may be replaced, by rename(); a device or a fifo may not. */
static bool may_replace(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    struct stat status;
    if (!tree->targets->items[entry->target].existed || lstat(path, &status) != 0
        || S_ISREG(status.st_mode) || S_ISLNK(status.st_mode))
        return true;
    errno = S_ISDIR(status.st_mode) ? EISDIR : 0;
    return fail(tree, entry, errno == EISDIR ? "cannot write here"
                                             : "is not a regular file and is not replaced; choose another name");
}

/* Make a link under a temporary name, then rename it, so that there is always an old or a new one. */
static bool make_link(fan_copy_tree *tree, const fan_copy_entry *entry, const char *path)
{
    char temporary[PATH_MAX], target[PATH_MAX];
    if (!fan_copy_temporary_name(path, FAN_COPY_PART, temporary, sizeof temporary)) {
        errno = ENAMETOOLONG;
        return fail(tree, entry, "cannot write here");
    }
    unlink(temporary);
    int failed;
    if (entry->kind == FAN_COPY_SYMLINK)
        failed = symlink(tree->manifest->text + entry->link, temporary);
    else
        failed = !path_of(tree, &tree->manifest->entries[entry->same_as], target)
              || linkat(AT_FDCWD, target, AT_FDCWD, temporary, 0) != 0;
    if (failed)
        return fail(tree, entry, "cannot create the link");
    if (entry->kind == FAN_COPY_SYMLINK && !apply_attributes(tree, entry, temporary)) {
        unlink(temporary);
        return false;
    }
    failed = rename(temporary, path);
    /* rename() does nothing if both are names of the same file already. */
    unlink(temporary);
    return !failed || fail(tree, entry, "cannot rename the temporary link");
}

static bool finish_file(fan_copy_tree *tree)
{
    if (tree->writing < 0)
        return true;
    const fan_copy_entry *entry = &tree->manifest->entries[tree->writing];
    const char *lost = NULL;
    int lost_errno = 0;
    tree->writing = -1;
    const char *failed = fan_copy_part_finish(&tree->part, tree->options, tree->manifest, entry,
                                              &lost, &lost_errno);
    note_loss(tree, entry, lost, lost_errno);
    tree->files += failed == NULL;
    return failed == NULL || fail(tree, entry, failed);
}

static bool begin_file(fan_copy_tree *tree, int64_t i, const char *path)
{
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    const fan_copy_target *target = &tree->targets->items[entry->target];
    if (tree->states[i] == KEPT) {
        tree->files++;
        fan_copy_part_remove_stale(path);
        return true;
    }
    if (!may_replace(tree, entry, path))
        return false;
    const char *failed = fan_copy_part_open(&tree->part, tree->options, entry, path, !target->staged);
    if (failed != NULL)
        return fail(tree, entry, failed);
    tree->writing = i;
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
    case FAN_COPY_SYMLINK:
    case FAN_COPY_HARD_LINK: return may_replace(tree, entry, path) && make_link(tree, entry, path);
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

bool fan_copy_tree_write(fan_copy_tree *tree, const fan_copy_piece *piece, const void *data)
{
    if (!advance(tree, piece->entry + 1))
        return false;
    if (tree->writing != piece->entry)
        return true; /* it is kept, or not wanted here */
    const char *failed = fan_copy_part_write(&tree->part, tree->options, piece->offset, data, piece->bytes);
    return failed == NULL || fail(tree, &tree->manifest->entries[piece->entry], failed);
}

/* ---- the end ---- */

/* What is put into a directory changes its time, so those that are deepest come first. */
static bool finish_directories(fan_copy_tree *tree)
{
    char path[PATH_MAX];
    for (int64_t i = tree->manifest->entry_count - 1; i >= 0; i--) {
        const fan_copy_entry *entry = &tree->manifest->entries[i];
        bool ours = tree->states[i] == MADE || tree->options->archive;
        if (entry->kind != FAN_COPY_DIRECTORY || !ours || !fan_copy_target_wanted(tree->targets, entry))
            continue;
        if (!path_of(tree, entry, path))
            return false;
        /* DST itself may be a link to a directory: it is the directory that gets them. */
        int error = fan_copy_path_append(path, sizeof path, ".");
        if (error != 0) {
            errno = error;
            return fail(tree, entry, "cannot set the mode");
        }
        if (!apply_attributes(tree, entry, path))
            return false;
    }
    return true;
}

bool fan_copy_tree_finish(fan_copy_tree *tree)
{
    return advance(tree, tree->manifest->entry_count) && finish_file(tree) && finish_directories(tree)
        && fan_copy_targets_commit(tree->targets, tree->options, tree->outcome);
}

void fan_copy_tree_close(fan_copy_tree *tree)
{
    if (tree->part.stale && tree->outcome->note[0] == '\0')
        snprintf(tree->outcome->note, sizeof tree->outcome->note,
                 "removed the temporary file of an earlier copy that was killed");
    fan_copy_part_discard(&tree->part);
    free(tree->states);
    tree->states = NULL;
}
