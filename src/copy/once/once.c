/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/once/once.h"
#include "copy/once/seal.h"
#include "copy/once/turn.h"
#include "os/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *final_path(const fan_copy_once *once)
{
    return once->targets->items[0].final_path;
}

static bool fail(fan_copy_once *once, const char *what, int error)
{
    once->outcome->writes = false;
    return fan_copy_outcome_fail_at(once->outcome, final_path(once), what, error);
}

static bool write_marker(fan_copy_once *once)
{
    return fan_copy_marker_write(once->fd, &once->marker) ||
           fail(once, "cannot write the marker of --once beside it", errno);
}

static void release(fan_copy_once *once)
{
    close(once->fd);
    once->fd = -1;
}

static void have_it(fan_copy_once *once)
{
    once->outcome->writes = false;
    once->outcome->whole = true;
}

/* Whether this rank has nothing to look for: it does not write, or DST is the source itself. */
static bool is_bystander(const fan_copy_once *once)
{
    return !once->outcome->writes || once->targets->items[0].skipped;
}

/* ---- what is there ---- */

static bool has_by_source(const fan_copy_once *once)
{
    fan_copy_marker there;
    return fan_copy_marker_look(once->path, &there) == FAN_COPY_MARKER_GOOD && there.whole &&
           XXH128_isEqual(there.content.source, once->wanted.source) &&
           fan_copy_marker_fits(&there, final_path(once));
}

static bool is_as_sealed(const fan_copy_once *once, const fan_copy_marker *there)
{
    XXH128_hash_t seal;
    return !once->options.verify ||
           (fan_copy_seal_take(final_path(once), &seal) && XXH128_isEqual(seal, there->seal));
}

/* Nothing is there, or an empty directory, or what a marker says that we have made. */
static bool may_make(fan_copy_once *once, fan_copy_marker_state state, const fan_copy_marker *there)
{
    struct stat status;
    if (lstat(final_path(once), &status) != 0 || !S_ISDIR(status.st_mode))
        return true;
    if (state == FAN_COPY_MARKER_DAMAGED ||
        (state == FAN_COPY_MARKER_GOOD && there->inode == status.st_ino))
        return true;
    if (fan_copy_targets_vacant(once->targets, once->outcome))
        return true;
    once->outcome->writes = false;
    return false;
}

/* From here on the marker says that it is being made. What was there goes. */
static bool begin(fan_copy_once *once, const fan_copy_content *content)
{
    struct stat status;
    bool is_directory = lstat(final_path(once), &status) == 0 && S_ISDIR(status.st_mode);
    once->marker = (fan_copy_marker){
        .content = *content, .inode = is_directory ? status.st_ino : 0, .process = (int)getpid()};
    snprintf(once->marker.host, sizeof once->marker.host, "%s", once->outcome->host);
    if (!write_marker(once))
        return false;
    if (is_directory && fan_os_cleanup_remove(final_path(once)) != 0)
        return fail(once, "cannot remove what is there and not whole", errno);
    fan_os_cleanup_add(once->path, final_path(once));
    return true;
}

static void judge(fan_copy_once *once, const fan_copy_content *content)
{
    fan_copy_marker there = {0};
    fan_copy_marker_state state = fan_copy_marker_read(once->fd, &there);
    bool is_whole = state == FAN_COPY_MARKER_GOOD && there.whole &&
                    fan_copy_marker_fits(&there, final_path(once));
    once->was_there = state != FAN_COPY_MARKER_NONE;
    once->marker = there;
    if (is_whole && !XXH128_isEqual(there.content.digest, content->digest)) {
        fan_copy_turn_fail_different(once->outcome, final_path(once), &there, content);
    } else if (is_whole && is_as_sealed(once, &there)) {
        once->marker.content = *content; /* the source may be another file with the same content */
        if (write_marker(once))
            have_it(once);
    } else if (may_make(once, state, &there) && begin(once, content)) {
        if (once->was_there)
            snprintf(once->outcome->note, sizeof once->outcome->note,
                     "was not whole%s; is made anew",
                     there.whole ? " any more" : ", its making was stopped");
        return;
    }
    fan_copy_once_close(once);
}

/* ---- together ---- */

static bool everybody(bool one, MPI_Comm comm)
{
    int all = one;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, comm);
    return all != 0;
}

static void find_source(fan_copy_once *once, const fan_copy_manifest *manifest, MPI_Comm comm)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        once->wanted.source = fan_copy_content_source(manifest);
    MPI_Bcast(&once->wanted, sizeof once->wanted, MPI_BYTE, 0, comm);
}

static bool find_digest(fan_copy_once *once, const fan_copy_manifest *manifest,
                        char *const *sources, MPI_Comm comm, char *text)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    int good = rank != 0 || fan_copy_content_digest(manifest, sources, &once->wanted.digest);
    MPI_Bcast(&good, 1, MPI_INT, 0, comm);
    MPI_Bcast(&once->wanted, sizeof once->wanted, MPI_BYTE, 0, comm);
    if (!good && rank == 0)
        snprintf(text, FAN_COPY_TEXT, "cannot read the source");
    return good != 0;
}

static void open_once(fan_copy_once *once, const fan_copy_once_options *options,
                      const fan_copy_targets *targets, fan_copy_outcome *outcome)
{
    *once = (fan_copy_once){.options = *options, .outcome = outcome, .targets = targets, .fd = -1};
    if (outcome->writes && !fan_copy_marker_name(final_path(once), once->path))
        fail(once, "cannot write the marker of --once beside it", ENAMETOOLONG);
}

bool fan_copy_once_look(fan_copy_once *once, const fan_copy_once_options *options,
                        const fan_copy_manifest *manifest, const fan_copy_targets *targets,
                        fan_copy_outcome *outcome, MPI_Comm comm)
{
    open_once(once, options, targets, outcome);
    find_source(once, manifest, comm);
    bool has = is_bystander(once) || has_by_source(once);
    if (!everybody(has && !options->verify, comm))
        return false;
    if (outcome->writes)
        have_it(once);
    return true;
}

bool fan_copy_once_settle(fan_copy_once *once, const fan_copy_manifest *manifest,
                          char *const *sources, MPI_Comm comm, char *text)
{
    fan_copy_outcome *outcome = once->outcome;
    if (!find_digest(once, manifest, sources, comm, text)) {
        outcome->writes = false;
        return false;
    }
    const fan_copy_turn turn = {.path = once->path,
                                .final_path = outcome->writes ? final_path(once) : NULL,
                                .content = &once->wanted,
                                .patience = once->options.patience,
                                .quiet = once->options.quiet};
    once->fd = fan_copy_turn_take(&turn, !is_bystander(once), outcome, comm);
    if (once->fd >= 0)
        judge(once, &once->wanted);
    else if (outcome->writes)
        have_it(once); /* DST is the source itself */
    return true;
}

/* ---- the end ---- */

bool fan_copy_once_commit(fan_copy_once *once)
{
    struct stat status;
    if (once->fd < 0)
        return true;
    fan_os_cleanup_forget(once->path);
    if (once->targets->items[0].lock < 0) /* a file, which may be replaced at any time */
        return true;
    if (fstat(once->targets->items[0].lock, &status) != 0)
        return fail(once, "cannot look at what was made", errno);
    fan_copy_marker_set(&once->marker, &status);
    return write_marker(once);
}

bool fan_copy_once_finish(fan_copy_once *once)
{
    struct stat status;
    if (once->fd < 0)
        return true;
    if (lstat(final_path(once), &status) != 0 ||
        !fan_copy_seal_take(final_path(once), &once->marker.seal))
        return fail(once, "cannot read what was made", errno);
    fan_copy_marker_set(&once->marker, &status);
    once->marker.whole = true;
    if (!write_marker(once))
        return false;
    if (once->options.sync && fsync(once->fd) != 0)
        return fail(once, "cannot flush the marker of --once", errno);
    release(once);
    return true;
}

void fan_copy_once_close(fan_copy_once *once)
{
    struct stat status;
    if (once->outcome == NULL || once->fd < 0)
        return;
    fan_os_cleanup_forget(once->path);
    /* Nothing of ours is there. One that was damaged says no more than that. */
    bool nothing = lstat(final_path(once), &status) != 0 && errno == ENOENT;
    if (!once->outcome->whole && (nothing || !once->was_there))
        unlink(once->path);
    release(once);
}
