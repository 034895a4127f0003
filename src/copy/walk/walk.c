/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/walk/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void fan_copy_walk_open(fan_copy_walk *walk, const fan_copy_walk_options *options)
{
    walk->options = *options;
    fan_copy_crew_open(&walk->crew, FAN_COPY_CREW, 1);
}

void fan_copy_walk_close(fan_copy_walk *walk)
{
    fan_copy_crew_close(&walk->crew);
}

const char *fan_copy_found_name(const fan_copy_found *found)
{
    const char *name = found->path + found->prefix;
    return name + strspn(name, "/");
}

/* ---- in a thread ---- */

static void look_at(fan_copy_job *job);

/* Takes the path. */
static fan_copy_found *begin(fan_copy_walk *walk, fan_copy_found *above, char *path, size_t prefix)
{
    fan_copy_found *found = fan_copy_allocate(1, sizeof *found);
    *found = (fan_copy_found){
        .job = {.run = look_at}, .walk = walk, .above = above, .path = path, .prefix = prefix};
    return found;
}

static bool is_name(const char *name)
{
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void add_below(fan_copy_found *found, const char *name)
{
    size_t length = strlen(found->path);
    const char *slash = found->path[length - 1] == '/' ? "" : "/";
    char *path = fan_copy_format("%s%s%s", found->path, slash, name);
    fan_copy_grow(&found->below, &found->room, (int64_t)found->count + 1, sizeof *found->below);
    found->below[found->count++] = begin(found->walk, found, path, found->prefix);
}

static int by_path(const void *left, const void *right)
{
    return strcmp((*(fan_copy_found *const *)left)->path, (*(fan_copy_found *const *)right)->path);
}

static void fail(fan_copy_found *found, fan_copy_found_kind kind, int error)
{
    found->kind = kind;
    found->error = error;
}

static void list(fan_copy_found *found)
{
    DIR *directory = opendir(found->path);
    if (directory == NULL) {
        fail(found, FAN_COPY_FOUND_UNREADABLE, errno);
        return;
    }
    const struct dirent *entry;
    while (errno = 0, !fan_copy_memory_is_short() && (entry = readdir(directory)) != NULL)
        if (is_name(entry->d_name))
            add_below(found, entry->d_name);
    if (errno != 0)
        fail(found, FAN_COPY_FOUND_UNREADABLE, errno);
    closedir(directory);
    if (found->count > 0)
        qsort(found->below, found->count, sizeof *found->below, by_path);
    for (size_t i = 0; i < found->count; i++)
        fan_copy_crew_give(&found->walk->crew, &found->below[i]->job);
}

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool is_in_itself(const fan_copy_found *found, const struct stat *status)
{
    for (const fan_copy_found *above = found->above; above != NULL; above = above->above)
        if (is_same(&above->probe.status, status))
            return true;
    return false;
}

static bool is_elsewhere(const fan_copy_found *found, const struct stat *status)
{
    const fan_copy_found *named = found;
    while (named->above != NULL)
        named = named->above;
    return named != found && named->probe.status.st_dev != status->st_dev;
}

/* False if nothing is known of it. */
static bool find(fan_copy_found *found, struct stat *status)
{
    const fan_copy_walk_options *options = &found->walk->options;
    bool follows = options->follows || (options->follows_named && found->above == NULL);
    if ((follows ? stat : lstat)(found->path, status) == 0)
        return true;
    fail(found, FAN_COPY_FOUND_NOTHING, errno);
    if (follows && errno == ENOENT && lstat(found->path, status) == 0)
        fail(found, FAN_COPY_FOUND_NO_END, ENOENT);
    return false;
}

static void enter(fan_copy_found *found, const struct stat *status)
{
    const fan_copy_walk_options *options = &found->walk->options;
    if (is_in_itself(found, status))
        fail(found, FAN_COPY_FOUND_ITSELF, 0);
    else if (options->enters && !(options->stays && is_elsewhere(found, status)))
        list(found);
}

/* What is below is begun when all is known that it looks at. */
static void look_at(fan_copy_job *job)
{
    fan_copy_found *found = (fan_copy_found *)job;
    const fan_copy_walk_options *options = &found->walk->options;
    struct stat status = {0};
    bool is_there = find(found, &status);
    found->probe.status = status;
    if (options->excludes(options->state, found)) {
        found->kind = FAN_COPY_FOUND_EXCLUDED;
        return;
    }
    if (!is_there)
        return;
    fan_copy_probe_take(&found->probe, &options->probe, found->path, &status);
    if (S_ISDIR(status.st_mode))
        enter(found, &status);
}

/* ---- in the thread that walks ---- */

fan_copy_found *fan_copy_walk_begin(fan_copy_walk *walk, const char *path, size_t prefix)
{
    fan_copy_found *found = begin(walk, NULL, fan_copy_strdup(path), prefix);
    fan_copy_crew_give(&walk->crew, &found->job);
    return found;
}

void fan_copy_walk_wait(fan_copy_walk *walk, fan_copy_found *found)
{
    fan_copy_crew_wait(&walk->crew, &found->job);
}

void fan_copy_walk_end(fan_copy_walk *walk, fan_copy_found *found, fan_copy_walk_visit_fn *visit,
                       void *state)
{
    fan_copy_walk_wait(walk, found);
    if (found->kind != FAN_COPY_FOUND_EXCLUDED)
        visit(state, found);
    for (size_t i = 0; i < found->count; i++)
        fan_copy_walk_end(walk, found->below[i], visit, state);
    fan_copy_probe_free(&found->probe); /* those below have looked at it */
    free(found->below);
    free(found->path);
    free(found);
}
