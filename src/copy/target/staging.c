/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/model/attributes.h"
#include "copy/part/part.h"
#include "copy/target/staging.h"
#include "os/cleanup.h"
#include "os/temporary.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what a killed run has left ---- */

/* What may be in a tree of a killed run. nftw() gives its function no state. */
static struct {
    void *names; /* a tree of expected_name, see tsearch(3) */
} expected;

typedef struct expected_name {
    mode_t kind;
    char path[];
} expected_name;

static int compare_names(const void *left, const void *right)
{
    const expected_name *a = left, *b = right;
    return strcmp(a->path, b->path);
}

static expected_name *make_name(const char *path, mode_t kind)
{
    expected_name *name = fan_copy_allocate(1, sizeof *name + strlen(path) + 1);
    name->kind = kind;
    memcpy(name->path, path, strlen(path) + 1);
    return name;
}

static bool is_expected(const char *path, mode_t kind)
{
    expected_name *name = make_name(path, kind);
    expected_name **found = tfind(name, &expected.names, compare_names);
    bool result = found != NULL && (*found)->kind == kind;
    free(name);
    return result;
}

static int remove_unexpected(const char *path, const struct stat *status, int kind,
                             struct FTW *where)
{
    (void)kind;
    return where->level == 0 || is_expected(path, status->st_mode & S_IFMT)
               ? 0
               : fan_os_cleanup_remove(path);
}

static void expect(const char *path, mode_t kind)
{
    expected_name *name = make_name(path, kind);
    if (*(expected_name **)tsearch(name, &expected.names, compare_names) != name)
        free(name);
}

static void expect_entry(const fan_copy_targets *targets, const fan_copy_manifest *manifest,
                         const fan_copy_entry *entry)
{
    static const mode_t kinds[] = {
        [FAN_COPY_DIRECTORY] = S_IFDIR, [FAN_COPY_REGULAR] = S_IFREG, [FAN_COPY_SYMLINK] = S_IFLNK};
    char path[PATH_MAX], beside[PATH_MAX];
    if (!fan_copy_target_path(targets, manifest, entry, false, path, sizeof path))
        return;
    const fan_copy_entry *first =
        entry->kind == FAN_COPY_HARD_LINK ? &manifest->entries[entry->same_as] : entry;
    expect(path, kinds[first->kind]);
    if (entry->kind != FAN_COPY_REGULAR || fan_copy_part_is_direct(entry, true))
        return;
    if (fan_os_temporary_name(path, FAN_COPY_PART, beside, sizeof beside))
        expect(beside, S_IFREG);
    if (fan_os_temporary_name(path, FAN_COPY_JOURNAL, beside, sizeof beside))
        expect(beside, S_IFREG);
}

/*
 * A tree that is continued must not keep what the source does not have any more, or has as
 * something else.
 */
static int prune(const fan_copy_targets *targets, const fan_copy_manifest *manifest, int target)
{
    const char *root = targets->items[target].root;
    for (int64_t i = 0; i < manifest->entry_count; i++)
        if (manifest->entries[i].target == target)
            expect_entry(targets, manifest, &manifest->entries[i]);
    /* Some directories may have got their final modes. */
    fan_os_cleanup_open(root);
    int failed = nftw(root, remove_unexpected, 16, FTW_PHYS | FTW_DEPTH);
    tdestroy(expected.names, free);
    expected.names = NULL;
    return failed;
}

static void note_stale(fan_copy_outcome *outcome)
{
    snprintf(outcome->note, sizeof outcome->note,
             "removed the temporary directory of an earlier copy that was killed");
}

/* The directory exists now, so the tree that a killed run began beside it cannot be continued. */
static void remove_stale_tree(const fan_copy_target *target, fan_copy_outcome *outcome)
{
    char path[PATH_MAX];
    struct stat status;
    if (fan_os_temporary_name(target->final_path, FAN_COPY_PART, path, sizeof path) &&
        lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && fan_os_temporary_remove(path))
        note_stale(outcome);
}

/* ---- staging ---- */

static bool fail_to_stage(const fan_copy_target *target, fan_copy_outcome *outcome, int error)
{
    static const char busy[] =
        "another process is writing this tree; try again when that copy ends";
    return error == EBUSY
               ? fan_copy_outcome_fail_at(outcome, target->final_path, busy, 0)
               : fan_copy_outcome_fail_at(outcome, target->final_path,
                                          "cannot create a temporary directory beside it", error);
}

static bool stage(fan_copy_targets *targets, int i, bool resume, const fan_copy_manifest *manifest,
                  fan_copy_outcome *outcome)
{
    fan_copy_target *target = &targets->items[i];
    fan_os_temporary made = fan_os_temporary_directory(target->root, resume);
    target->lock = made.fd;
    fan_copy_outcome_at(outcome, target->final_path);
    if (made.fd < 0)
        return fail_to_stage(target, outcome, errno);
    fan_os_cleanup_add(target->root, target->final_path);
    target->resumed = made.resumed;
    target->clean = !made.resumed && !fan_copy_attributes_inherited(target->root);
    if (made.stale)
        note_stale(outcome);
    return !made.resumed || prune(targets, manifest, i) == 0 ||
           fan_copy_outcome_fail_at(outcome, target->final_path,
                                    "cannot clean the temporary directory beside it", errno);
}

bool fan_copy_targets_stage(fan_copy_targets *targets, bool resume,
                            const fan_copy_manifest *manifest, fan_copy_outcome *outcome)
{
    for (int i = 0; i < targets->count; i++) {
        const fan_copy_target *target = &targets->items[i];
        if (target->skipped)
            continue;
        if (!target->staged)
            remove_stale_tree(target, outcome);
        else if (!stage(targets, i, resume, manifest, outcome))
            return false;
    }
    return true;
}

static void release_root(fan_copy_target *target)
{
    fan_os_cleanup_forget(target->root);
    close(target->lock);
    target->lock = -1;
}

bool fan_copy_targets_commit(fan_copy_targets *targets, bool sync, fan_copy_outcome *outcome)
{
    for (int i = 0; i < targets->count; i++) {
        fan_copy_target *target = &targets->items[i];
        if (target->lock < 0)
            continue;
        const char *failed = NULL;
        if (fan_os_cleanup_commit(target->root, target->final_path) != 0)
            failed = "cannot rename the temporary directory";
        else if (sync && fan_copy_sync_directory(target->final_path) != 0)
            failed = "cannot flush the directory";
        if (failed != NULL)
            return fan_copy_outcome_fail_at(outcome, target->final_path, failed, errno);
        release_root(target);
    }
    return true;
}

void fan_copy_targets_unstage(fan_copy_targets *targets, bool keep)
{
    for (int i = 0; i < targets->count; i++) {
        fan_copy_target *target = &targets->items[i];
        if (target->lock < 0)
            continue;
        if (!keep)
            fan_os_cleanup_remove(target->root);
        release_root(target);
    }
}
