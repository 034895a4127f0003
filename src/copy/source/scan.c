/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/hostlist.h"
#include "copy/job/memory.h"
#include "copy/job/outcome.h"
#include "copy/source/file_list.h"
#include "copy/source/libraries.h"
#include "copy/source/made.h"
#include "copy/source/scan.h"
#include "copy/walk/walk.h"
#include "os/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- trees ---- */

/*
 * As with rsync, a file that is named itself is left out if a pattern matches its name; what is in
 * a directory that is named begins below it.
 */
static bool is_excluded(const void *state, const fan_copy_found *found)
{
    const fan_copy_patterns *patterns = state;
    const char *path = fan_copy_found_name(found);
    bool is_directory = S_ISDIR(found->probe.status.st_mode);
    const char *name = path[0] != '\0' || is_directory ? path : fan_os_path_base(found->path);
    return name[0] != '\0' && fan_copy_patterns_exclude(patterns, name, is_directory);
}

/* What is being walked. */
typedef struct walked {
    fan_copy_catalog *catalog;
    int target;
} walked;

static const char *why_no_directory(const fan_copy_catalog_options *options)
{
    if (options->plain)
        return "is a directory, not a file";
    return options->archives ? "is a directory, not an archive; --unpack takes archives"
                             : "is a directory; --recursive (-r) copies it";
}

static void add_found(fan_copy_catalog *s, int target, const fan_copy_found *found)
{
    const char *path = fan_copy_found_name(found);
    if (!fan_copy_catalog_has(s, path))
        fan_copy_catalog_add(s, target, path, found->path, &found->probe);
    if (S_ISDIR(found->probe.status.st_mode) && !s->options->recursive)
        s->problem(s->state, found->path, why_no_directory(s->options));
}

/* What looks like HOST:PATH is a path where there is no such host. */
static void tell_nothing(fan_copy_catalog *s, const fan_copy_found *found)
{
    char host[FAN_COPY_HOST], text[2 * FAN_COPY_HOST + 128];
    const char *path;
    if (found->error == ENOENT && !s->options->plain &&
        fan_hostname_split(found->path, host, sizeof host, &path)) {
        snprintf(text, sizeof text,
                 "no process of this job runs on a host %s, and no file has this name; start one "
                 "there, or check the name",
                 host);
        s->problem(s->state, found->path, text);
    } else {
        fan_copy_catalog_problem(s, found->path, "cannot open the source", found->error);
    }
}

/* What is found from now on is not added: that would need more and more of it. */
static bool is_too_much(fan_copy_catalog *s, int target)
{
    if (!fan_copy_memory_is_short())
        return false;
    if (!s->is_too_much)
        s->problem(s->state, s->options->sources[target],
                   "has more in it than this host has memory for; copy a part at a time");
    s->is_too_much = true;
    return true;
}

static void visit(void *state, const fan_copy_found *found)
{
    const walked *w = state;
    fan_copy_catalog *s = w->catalog;
    if (is_too_much(s, w->target))
        return;
    switch (found->kind) {
    case FAN_COPY_FOUND_NOTHING: tell_nothing(s, found); break;
    case FAN_COPY_FOUND_NO_END:
        fan_copy_catalog_problem(s, found->path, "cannot follow the link", found->error);
        break;
    case FAN_COPY_FOUND_ITSELF:
        s->problem(s->state, found->path,
                   "contains itself, through a link; leave it out with --exclude");
        break;
    case FAN_COPY_FOUND_UNREADABLE:
        add_found(s, w->target, found);
        fan_copy_catalog_problem(s, found->path, "cannot read the directory", found->error);
        break;
    case FAN_COPY_FOUND: add_found(s, w->target, found); break;
    case FAN_COPY_FOUND_EXCLUDED: break;
    }
}

static void end_walk(fan_copy_catalog *s, int target, fan_copy_found *found)
{
    walked w = {s, target};
    fan_copy_walk_end(found->walk, found, visit, &w);
}

/* As with cp: what is named is followed if it is a link, unless trees are copied. */
static void open_walk(const fan_copy_catalog_options *options, fan_copy_walk *walk)
{
    const fan_copy_walk_options how = {.probe = fan_copy_catalog_needs(options),
                                       .follows = options->dereference,
                                       .follows_named = !options->recursive,
                                       .enters = options->recursive,
                                       .stays = options->one_file_system,
                                       .excludes = is_excluded,
                                       .state = options->patterns};
    fan_copy_walk_open(walk, &how);
}

/* ---- libraries ---- */

/* The libraries of the program that is source `i` are target source_count + i. */
static void add_libraries(fan_copy_catalog *s, int i)
{
    const fan_copy_catalog_options *options = s->options;
    const char *excluded = options->excluded_libraries;
    if (excluded == NULL)
        excluded = FAN_COPY_SYSTEM_LIBRARIES;
    char text[FAN_COPY_TEXT];
    fan_copy_libraries libraries;
    if (!fan_copy_libraries_find(options->sources[i], excluded, &libraries, text, sizeof text)) {
        s->problem(s->state, options->sources[i], text);
        return;
    }
    fan_copy_catalog_add_directory(s, options->source_count + i);
    for (size_t k = 0; k < libraries.count; k++)
        fan_copy_catalog_add_from(s, options->source_count + i,
                                  fan_os_path_base(libraries.list[k].name), libraries.list[k].path);
    fan_copy_libraries_free(&libraries);
}

/* ---- what is made for the copy ---- */

static void add_part_of_file(fan_copy_catalog *s, int i)
{
    char text[FAN_COPY_TEXT] = "";
    char *path = NULL;
    if (s->options->shared)
        snprintf(text, sizeof text,
                 "is made on one host, so others cannot read it; leave out --source-shared");
    else if (fan_copy_made_extract(s->options->sources[i], &path, text, sizeof text)) {
        fan_copy_catalog_add_from(s, i, "", path);
        fan_copy_catalog_name_last(s, fan_os_path_base(path));
    }
    if (text[0] != '\0')
        s->problem(s->state, s->options->sources[i], text);
    free(path);
}

static void add_descriptors(fan_copy_catalog *s)
{
    char text[FAN_COPY_TEXT] = "";
    char **paths = NULL;
    int count = 0;
    const char *source = s->options->sources[0];
    if (!fan_copy_made_descriptors(source, s->options->factors, &paths, &count, text,
                                   sizeof text)) {
        s->problem(s->state, source, text);
        return;
    }
    fan_copy_catalog_add_directory(s, 0);
    fan_copy_catalog_name_last(s, ".");
    for (int i = 0; i < count; i++) {
        fan_copy_catalog_add_from(s, 0, fan_os_path_base(paths[i]), paths[i]);
        free(paths[i]);
    }
    free(paths);
}

/* It is not there, but is the name of a part of what is there. */
static bool is_made(const fan_copy_catalog_options *options, const char *source)
{
    return !options->plain && fan_copy_made_needed(source);
}

/* All sources that are here are looked at at the same time. */
static void scan_sources(fan_copy_catalog *s, fan_copy_walk *walk)
{
    const fan_copy_catalog_options *options = s->options;
    fan_copy_found **found = fan_copy_allocate((size_t)options->source_count, sizeof *found);
    for (int i = 0; i < options->source_count; i++)
        if (fan_copy_catalog_reads(s, i) && !is_made(options, options->sources[i]))
            found[i] = fan_copy_walk_begin(walk, options->sources[i], strlen(options->sources[i]));
    for (int i = 0; i < options->source_count; i++)
        if (found[i] != NULL)
            end_walk(s, i, found[i]);
        else if (fan_copy_catalog_reads(s, i))
            add_part_of_file(s, i);
    free(found);
}

/* ---- all ---- */

void fan_copy_scan(const fan_copy_catalog_options *options, fan_copy_manifest *manifest,
                   fan_copy_catalog_problem_fn *problem, void *state)
{
    fan_copy_catalog s = {
        .options = options, .manifest = manifest, .problem = problem, .state = state};
    fan_copy_walk walk;
    open_walk(options, &walk);
    fan_copy_manifest_keep(manifest, "", 0); /* at 0, which in an entry means "not given" */
    if (options->from_stdin)
        fan_copy_catalog_add_stdin(&s);
    else if (options->factors != NULL)
        add_descriptors(&s);
    else if (options->files_from != NULL)
        fan_copy_file_list_scan(&s, &walk, end_walk);
    else
        scan_sources(&s, &walk);
    fan_copy_walk_close(&walk);
    for (int i = 0; options->with_libraries && i < options->source_count; i++)
        if (fan_copy_catalog_reads(&s, i))
            add_libraries(&s, i);
    fan_copy_catalog_close(&s);
}

char *fan_copy_scan_path(char *const *sources, const fan_copy_manifest *manifest,
                         const fan_copy_entry *entry)
{
    const char *path = fan_copy_entry_path(manifest, entry);
    const char *top = entry->origin != 0 ? manifest->text + entry->origin : sources[entry->target];
    bool is_top = entry->origin != 0 || path[0] == '\0';
    return fan_copy_format("%s%s%s", top, is_top ? "" : "/", is_top ? "" : path);
}

char *fan_copy_scan_content(char *const *sources, const fan_copy_manifest *manifest,
                            const fan_copy_entry *entry)
{
    return entry->content != 0 ? fan_copy_strdup(manifest->text + entry->content)
                               : fan_copy_scan_path(sources, manifest, entry);
}
