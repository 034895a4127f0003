/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"
#include "copy/job/opened.h"
#include "copy/target/inventory.h"
#include "copy/target/preflight.h"
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool may_write(const fan_copy_tree *tree, const char *directory, const char *path)
{
    if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    if (errno == ENOENT)
        return fan_copy_outcome_fail_at(tree->outcome, path,
                                        "cannot create a temporary file beside it: No such file or "
                                        "directory; check the directories on the way to it, "
                                        "--mkpath makes them",
                                        0);
    return fan_copy_outcome_fail_at(tree->outcome, path, "cannot create a temporary file beside it",
                                    errno);
}

/* Cut `path` back to the nearest directory that exists. */
static void climb(char path[static PATH_MAX])
{
    while (access(path, F_OK) != 0 && errno == ENOENT) {
        fan_os_path_trim(path);
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            strcpy(path, ".");
        } else if (slash == path) {
            strcpy(path, "/");
        } else {
            *slash = '\0';
        }
    }
}

static bool may_write_beside(const fan_copy_tree *tree, const fan_copy_target *target)
{
    char parent[PATH_MAX];
    fan_os_path_parent(target->final_path, parent, sizeof parent);
    if (tree->options.makes_way && tree->options.dry_run)
        climb(parent);
    return may_write(tree, parent, target->final_path);
}

/* Whether something can be made in `directory`, if need be by opening it. */
static bool may_make_in(const fan_copy_tree *tree, const char *directory)
{
    struct stat status;
    if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    int error = errno;
    if (error == ENOENT) /* it is to be made itself */
        return true;
    if (error == EACCES && stat(directory, &status) == 0 && status.st_uid == geteuid())
        error = tree->options.dry_run ? 0 : fan_copy_opened_add(directory);
    return error == 0 ||
           fan_copy_outcome_fail_at(tree->outcome, directory,
                                    "cannot create a temporary file beside it", error);
}

/* Something else may be in the way. DST itself may be a link to a directory. */
static bool may_enter(const fan_copy_tree *tree, const fan_copy_entry *entry, bool is_top)
{
    char path[PATH_MAX];
    struct stat status;
    if (!fan_copy_target_path(tree->targets, tree->manifest, entry, true, path, sizeof path) ||
        lstat(path, &status) != 0)
        return true;
    if (is_top || S_ISDIR(status.st_mode))
        return true;
    return fan_copy_outcome_fail_at(tree->outcome, path, "cannot create the directory", ENOTDIR);
}

bool fan_copy_preflight_permissions(const fan_copy_tree *tree)
{
    for (int64_t i = 0; i < tree->manifest->entry_count; i++) {
        const fan_copy_entry *entry = &tree->manifest->entries[i];
        if (!fan_copy_target_wanted(tree->targets, entry))
            continue;
        const fan_copy_target *target = &tree->targets->items[entry->target];
        bool is_top = fan_copy_entry_path(tree->manifest, entry)[0] == '\0';
        bool is_old_directory = entry->kind == FAN_COPY_DIRECTORY && target->existed;
        if (is_top && target->staged && !may_write_beside(tree, target))
            return false;
        if (is_old_directory && !may_enter(tree, entry, is_top))
            return false;
    }
    return true;
}

/* The directory that the entry is in, below its target. */
static bool find_directory(const fan_copy_tree *tree, const fan_copy_entry *entry,
                           char directory[static PATH_MAX])
{
    if (!fan_copy_target_path(tree->targets, tree->manifest, entry, true, directory, PATH_MAX))
        return false; /* that is said when its turn comes */
    directory[fan_os_path_base(directory) - directory] = '\0';
    fan_os_path_trim(directory);
    return true;
}

bool fan_copy_preflight_directories(fan_copy_tree *tree)
{
    char last[PATH_MAX] = "", directory[PATH_MAX];
    for (int64_t i = 0; i < tree->manifest->entry_count; i++) {
        const fan_copy_entry *entry = &tree->manifest->entries[i];
        if (!fan_copy_target_wanted(tree->targets, entry) ||
            tree->targets->items[entry->target].staged || !fan_copy_tree_makes(tree, i))
            continue;
        if (fan_copy_entry_path(tree->manifest, entry)[0] == '\0') {
            if (!may_write_beside(tree, &tree->targets->items[entry->target]))
                return false;
        } else if (find_directory(tree, entry, directory) && strcmp(directory, last) != 0) {
            if (!may_make_in(tree, directory))
                return false;
            memcpy(last, directory, sizeof last);
        }
    }
    return true;
}

static fsblkcnt_t free_blocks(const struct statvfs *status)
{
    return geteuid() == 0 ? status->f_bfree : status->f_bavail;
}

static bool fits_bytes(const struct statvfs *status, int64_t bytes)
{
    return bytes <= 0 ||
           ((uint64_t)bytes + status->f_frsize - 1) / status->f_frsize <= free_blocks(status);
}

static bool fits_files(const struct statvfs *status, int64_t files)
{
    /* 0 files: a file system without a limit for them. */
    return status->f_files == 0 || (fsfilcnt_t)files <= status->f_favail;
}

static bool fail_bytes(fan_copy_outcome *outcome, const struct statvfs *status, int64_t bytes)
{
    char needed[16], free_there[16];
    fan_format_bytes(bytes, needed, sizeof needed);
    fan_format_bytes((int64_t)(free_blocks(status) * status->f_frsize), free_there,
                     sizeof free_there);
    fan_copy_outcome_fail(
        outcome, "no room: %s needed, %s free; make room there, or choose another destination",
        needed, free_there);
    return false;
}

static bool fail_files(fan_copy_outcome *outcome, const struct statvfs *status, int64_t files)
{
    fan_copy_outcome_fail(
        outcome,
        "no room: %lld files needed, %lld free; make room there, or choose another destination",
        (long long)files, (long long)status->f_favail);
    return false;
}

/*
 * The first target's file system. A directory can be one of its own. False if it is not limited, or
 * its limits are not known.
 */
static bool look_at_disk(const fan_copy_tree *tree, struct statvfs *status)
{
    const fan_copy_target *target = &tree->targets->items[0];
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s",
             target->root != NULL ? target->root : target->final_path);
    if (fan_os_path_append(directory, sizeof directory, ".") != 0 ||
        statvfs(directory, status) != 0) {
        fan_os_path_parent(target->final_path, directory, sizeof directory);
        if (statvfs(directory, status) != 0)
            return false;
    }
    return status->f_blocks != 0; /* a tmpfs without a limit */
}

bool fan_copy_preflight_room(fan_copy_tree *tree, const fan_copy_set *have)
{
    struct statvfs status;
    int64_t bytes, files;
    if (tree->targets->count == 0 || !look_at_disk(tree, &status))
        return true;
    fan_copy_inventory_room(tree, have, (int64_t)status.f_frsize, &bytes, &files);
    bool fits = fits_bytes(&status, bytes) && fits_files(&status, files);
    if (!fits && !tree->options.dry_run) {
        fan_copy_inventory_remove_stale(tree);
        look_at_disk(tree, &status);
    }
    if (!fits_bytes(&status, bytes))
        return fail_bytes(tree->outcome, &status, bytes);
    return fits_files(&status, files) || fail_files(tree->outcome, &status, files);
}
