/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/job/outcome.h"
#include "copy/source/file_list.h"
#include "copy/source/libraries.h"
#include "copy/source/made.h"
#include "copy/source/scan.h"
#include "os/path.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a tree ---- */

/* What follows the first `prefix` bytes of a path, without the slashes between. */
static const char *below(const char *path, size_t prefix)
{
    path += prefix;
    return path + strspn(path, "/");
}

/*
 * As with rsync, a file that is named itself is left out if a pattern matches its name; what is in
 * a directory that is named begins below it.
 */
static bool is_excluded(const fan_copy_catalog *s, const FTSENT *found, const char *path)
{
    bool is_directory = found->fts_info == FTS_D;
    const char *name = path[0] != '\0' || is_directory ? path : fan_os_path_base(found->fts_path);
    return name[0] != '\0' && fan_copy_patterns_exclude(s->options->patterns, name, is_directory);
}

static void visit(fan_copy_catalog *s, FTS *walk, FTSENT *found, int target, size_t prefix)
{
    const char *path = below(found->fts_path, prefix);
    bool is_directory = found->fts_info == FTS_D;
    if (found->fts_info == FTS_DP)
        return;
    if (is_excluded(s, found, path)) {
        fts_set(walk, found, FTS_SKIP);
        return;
    }
    switch (found->fts_info) {
    case FTS_DNR:
        fan_copy_catalog_problem(s, found->fts_path, "cannot read the directory", found->fts_errno);
        return;
    case FTS_ERR:
    case FTS_NS:
        fan_copy_catalog_problem(s, found->fts_path, "cannot open the source", found->fts_errno);
        return;
    case FTS_SLNONE:
        fan_copy_catalog_problem(s, found->fts_path, "cannot follow the link", ENOENT);
        return;
    case FTS_DC:
        s->problem(s->state, found->fts_path,
                   "contains itself, through a link; leave it out with --exclude");
        return;
    default:
        if (!fan_copy_catalog_has(s, path))
            fan_copy_catalog_add(s, target, path, found->fts_accpath, found->fts_statp);
    }
    if (is_directory && !s->options->recursive) {
        s->problem(s->state, found->fts_path,
                   s->options->archives ? "is a directory, not an archive; --unpack takes archives"
                                        : "is a directory; --recursive (-r) copies it");
        fts_set(walk, found, FTS_SKIP);
    }
}

static int by_name(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

/* As with cp: what is named is followed if it is a link, unless trees are copied. */
static int walk_flags(const fan_copy_catalog_options *options)
{
    int common = FTS_NOCHDIR | (options->one_file_system ? FTS_XDEV : 0);
    if (options->dereference)
        return FTS_LOGICAL | common;
    return FTS_PHYSICAL | common | (options->recursive ? 0 : FTS_COMFOLLOW);
}

/* Add `path` and all below it; the names of entries begin after `prefix` bytes of the path. */
static void walk_tree(fan_copy_catalog *s, int target, const char *path, size_t prefix)
{
    char *const paths[] = {(char *)(uintptr_t)path, NULL};
    FTS *walk = fts_open(paths, walk_flags(s->options), by_name);
    if (walk == NULL) {
        fan_copy_catalog_problem(s, path, "cannot open the source", errno);
        return;
    }
    FTSENT *found;
    while (errno = 0, (found = fts_read(walk)) != NULL)
        visit(s, walk, found, target, prefix);
    if (errno != 0)
        fan_copy_catalog_problem(s, path, "cannot read the directory", errno);
    fts_close(walk);
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

static void scan_source(fan_copy_catalog *s, int i)
{
    const char *source = s->options->sources[i];
    if (fan_copy_made_needed(source))
        add_part_of_file(s, i);
    else
        walk_tree(s, i, source, strlen(source));
}

/* ---- all ---- */

void fan_copy_scan(const fan_copy_catalog_options *options, fan_copy_manifest *manifest,
                   fan_copy_catalog_problem_fn *problem, void *state)
{
    fan_copy_catalog s = {
        .options = options, .manifest = manifest, .problem = problem, .state = state};
    fan_copy_manifest_keep(manifest, "", 0); /* at 0, which in an entry means "not given" */
    if (options->from_stdin)
        fan_copy_catalog_add_stdin(&s);
    else if (options->factors != NULL)
        add_descriptors(&s);
    else if (options->files_from != NULL)
        fan_copy_file_list_scan(&s, walk_tree);
    else
        for (int i = 0; i < options->source_count; i++)
            scan_source(&s, i);
    for (int i = 0; options->with_libraries && i < options->source_count; i++)
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
