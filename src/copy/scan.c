/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/scan.h"
#include "copy/attributes.h"
#include "copy/extents.h"
#include "copy/libraries.h"
#include "copy/made.h"
#include "copy/memory.h"
#include "copy/outcome.h"
#include "copy/path.h"
#include "copy/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
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

typedef struct scan {
    const fan_copy_options *options;
    fan_copy_manifest *manifest;
    fan_copy_scan_problem *problem;
    void *state;
    void *first_names; /* a tree of first_name, see tsearch(3) */
    void *names;       /* with --files-from: a tree of the names that have an entry */
} scan;

/* ---- one entry ---- */

static void problem_errno(scan *s, const char *path, const char *what, int error)
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

/* The entry that has this file under another name, or -1 after noting that the next entry has it. */
static int64_t find_first_name(scan *s, const struct stat *status)
{
    first_name *name = fan_copy_allocate(1, sizeof *name);
    *name = (first_name){status->st_dev, status->st_ino, s->manifest->entry_count};
    first_name **found = tsearch(name, &s->first_names, compare_files);
    if (*found == name)
        return -1;
    free(name);
    return (*found)->entry;
}

static void add_regular(scan *s, int target, const char *path, const char *origin,
                        const struct stat *status)
{
    int64_t first = status->st_nlink > 1 ? find_first_name(s, status) : -1;
    if (first >= 0) {
        fan_copy_manifest_add(s->manifest, FAN_COPY_HARD_LINK, target, path, status)->same_as =
            first;
        return;
    }
    fan_copy_manifest_add(s->manifest, FAN_COPY_REGULAR, target, path, status);
    if (faccessat(AT_FDCWD, origin, R_OK, AT_EACCESS) != 0) {
        problem_errno(s, origin, "cannot open the source", errno);
        return;
    }
    int error = 0;
    if (s->options->command == NULL)
        error = fan_copy_extents_read(s->manifest, origin, status);
    else if (status->st_size > 0) /* a pipe has no holes */
        fan_copy_manifest_add_extent(s->manifest, 0, status->st_size);
    if (error != 0)
        problem_errno(s, origin, "cannot read the source", error);
}

static void add_symlink(scan *s, int target, const char *path, const char *origin,
                        const struct stat *status)
{
    char content[PATH_MAX];
    ssize_t length = readlink(origin, content, sizeof content);
    if (length < 0 || length == sizeof content) {
        problem_errno(s, origin, "cannot read the link", length < 0 ? errno : ENAMETOOLONG);
        return;
    }
    size_t link = fan_copy_manifest_keep(s->manifest, content, (size_t)length);
    fan_copy_manifest_add(s->manifest, FAN_COPY_SYMLINK, target, path, status)->link = link;
}

static const char *kind_of_special(mode_t mode)
{
    return S_ISFIFO(mode) ? "a fifo" : S_ISSOCK(mode) ? "a socket" : "a device";
}

static void add(scan *s, int target, const char *path, const char *origin,
                const struct stat *status)
{
    char text[FAN_COPY_TEXT];
    int64_t before = s->manifest->entry_count;
    if (fan_copy_temporary_is(path)) {
        s->problem(s->state, origin, "is what a copy that was killed has left; remove it, or leave it out with --exclude");
    } else if (S_ISDIR(status->st_mode)) {
        fan_copy_manifest_add(s->manifest, FAN_COPY_DIRECTORY, target, path, status);
    } else if (S_ISREG(status->st_mode)) {
        add_regular(s, target, path, origin, status);
    } else if (S_ISLNK(status->st_mode)) {
        add_symlink(s, target, path, origin, status);
    } else {
        snprintf(text, sizeof text, "is not a regular file but %s; leave it out with --exclude",
                 kind_of_special(status->st_mode));
        s->problem(s->state, origin, text);
    }
    if (!s->options->archive || s->manifest->entry_count == before)
        return;
    int error = fan_copy_attributes_read(s->manifest, origin);
    if (error != 0)
        problem_errno(s, origin, "cannot read its extended attributes", error);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* A list may name a thing twice, or a directory and what is in it. */
static bool has_entry(scan *s, const char *name)
{
    if (s->options->files_from == NULL)
        return false;
    char *kept = fan_copy_allocate(strlen(name) + 1, 1);
    strcpy(kept, name);
    char **found = tsearch(kept, &s->names, compare_names);
    bool known = found == NULL || *found != kept;
    if (known)
        free(kept);
    return known;
}

/* ---- a tree ---- */

/* What follows the first `prefix` bytes of a path, without the slashes between. */
static const char *below(const char *path, size_t prefix)
{
    path += prefix;
    return path + strspn(path, "/");
}

static void visit(scan *s, FTS *walk, FTSENT *found, int target, size_t prefix)
{
    const char *path = below(found->fts_path, prefix);
    bool is_directory = found->fts_info == FTS_D;
    if (found->fts_info == FTS_DP)
        return;
    if (path[0] != '\0' && fan_copy_patterns_exclude(&s->options->patterns, path, is_directory)) {
        fts_set(walk, found, FTS_SKIP);
        return;
    }
    switch (found->fts_info) {
    case FTS_DNR: problem_errno(s, found->fts_path, "cannot read the directory", found->fts_errno); return;
    case FTS_ERR:
    case FTS_NS: problem_errno(s, found->fts_path, "cannot open the source", found->fts_errno); return;
    case FTS_SLNONE: problem_errno(s, found->fts_path, "cannot follow the link", ENOENT); return;
    case FTS_DC:
        s->problem(s->state, found->fts_path,
                   "a directory that contains itself, through a link; leave it out with --exclude");
        return;
    default:
        if (!has_entry(s, path))
            add(s, target, path, found->fts_accpath, found->fts_statp);
    }
    if (is_directory && !s->options->recursive) {
        s->problem(s->state, found->fts_path, "is a directory; --recursive (-r) copies it");
        fts_set(walk, found, FTS_SKIP);
    }
}

static int by_name(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

/* As with cp: what is named is followed if it is a link, unless trees are copied. */
static int walk_flags(const fan_copy_options *options)
{
    if (options->dereference)
        return FTS_LOGICAL | FTS_NOCHDIR;
    return FTS_PHYSICAL | FTS_NOCHDIR | (options->recursive ? 0 : FTS_COMFOLLOW);
}

/* Add `path` and all below it; the names of entries begin after `prefix` bytes of the path. */
static void walk_tree(scan *s, int target, const char *path, size_t prefix)
{
    char *const paths[] = {(char *)(uintptr_t)path, NULL};
    FTS *walk = fts_open(paths, walk_flags(s->options), by_name);
    if (walk == NULL) {
        problem_errno(s, path, "cannot open the source", errno);
        return;
    }
    FTSENT *found;
    while (errno = 0, (found = fts_read(walk)) != NULL)
        visit(s, walk, found, target, prefix);
    if (errno != 0)
        problem_errno(s, path, "cannot read the directory", errno);
    fts_close(walk);
}

/* ---- --files-from ---- */

static void add_parent(scan *s, const char *name)
{
    char origin[PATH_MAX];
    struct stat status;
    if ((size_t)snprintf(origin, sizeof origin, "%s/%s", s->options->sources[0], name) >= sizeof origin)
        problem_errno(s, name, "cannot open the source", ENAMETOOLONG);
    else if ((s->options->dereference ? stat : lstat)(origin, &status) != 0)
        problem_errno(s, origin, "cannot open the source", errno);
    else if (S_ISLNK(status.st_mode))
        s->problem(s->state, origin, "is a link, and the list names something beyond it; name that by its own "
                                     "path, or follow links with -L");
    else
        add(s, 0, name, origin, &status);
}

/* An entry for each directory on the way to `name`, which is below the only source. */
static void add_parents(scan *s, const char *name)
{
    char parent[PATH_MAX] = "";
    if (!has_entry(s, parent))
        add_parent(s, parent);
    for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - name), name);
        if (!has_entry(s, parent))
            add_parent(s, parent);
    }
}

/* "./a//b/" becomes "a//b"; NULL if it is not below the source. */
static char *clean_name(char *name)
{
    for (;;) {
        if (name[0] == '/')
            name++;
        else if (name[0] == '.' && name[1] == '/')
            name += 2;
        else
            break;
    }
    for (size_t length = strlen(name); length > 0 && name[length - 1] == '/'; length--)
        name[length - 1] = '\0';
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += part[0] == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return NULL;
    }
    return name;
}

static void add_listed(scan *s, char *line)
{
    char path[PATH_MAX];
    char *name = clean_name(line);
    if (name == NULL) {
        s->problem(s->state, line, "is not below SRC; --files-from takes names relative to it");
        return;
    }
    if (name[0] == '\0')
        return;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", s->options->sources[0], name) >= sizeof path) {
        problem_errno(s, name, "cannot open the source", ENAMETOOLONG);
        return;
    }
    add_parents(s, name);
    walk_tree(s, 0, path, strlen(s->options->sources[0]));
}

static void scan_list(scan *s)
{
    const char *list = s->options->files_from;
    FILE *file = strcmp(list, "-") == 0 ? stdin : fopen(list, "re");
    if (file == NULL) {
        problem_errno(s, list, "cannot open the list of files", errno);
        return;
    }
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, file)) > 0;) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        add_listed(s, line);
    }
    if (ferror(file))
        problem_errno(s, list, "cannot read the list of files", errno);
    free(line);
    if (file != stdin)
        fclose(file);
}

/* ---- standard input, libraries ---- */

/* Nobody knows how much will come. */
static void add_stdin(scan *s)
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

/* A file that is elsewhere on this host than its name says. */
static void add_from(scan *s, int target, const char *path, const char *origin)
{
    struct stat status;
    if (stat(origin, &status) != 0) {
        problem_errno(s, origin, "cannot open the source", errno);
        return;
    }
    size_t place = fan_copy_manifest_keep(s->manifest, origin, strlen(origin));
    status.st_nlink = 1; /* a copy for each name */
    add(s, target, path, origin, &status);
    s->manifest->entries[s->manifest->entry_count - 1].origin = place;
}

/* A directory that is nowhere on this host. */
static void add_own_directory(scan *s, int target)
{
    const struct stat directory = {.st_mode = S_IFDIR | 0755};
    fan_copy_entry *top = fan_copy_manifest_add(s->manifest, FAN_COPY_DIRECTORY, target, "", &directory);
    clock_gettime(CLOCK_REALTIME, &top->modified);
    top->accessed = top->modified;
    top->owner = geteuid();
    top->group = getegid();
}

/* The libraries of the program that is source `i` are target source_count + i. */
static void add_libraries(scan *s, int i)
{
    const fan_copy_options *options = s->options;
    const char *excluded = options->excluded_libraries;
    if (excluded == NULL)
        excluded = FAN_COPY_SYSTEM_LIBRARIES;
    char text[FAN_COPY_TEXT];
    fan_copy_libraries libraries;
    if (!fan_copy_libraries_find(options->sources[i], excluded, &libraries, text, sizeof text)) {
        s->problem(s->state, options->sources[i], text);
        return;
    }
    add_own_directory(s, options->source_count + i);
    for (size_t k = 0; k < libraries.count; k++)
        add_from(s, options->source_count + i, fan_copy_path_base(libraries.list[k].name), libraries.list[k].path);
    fan_copy_libraries_free(&libraries);
}

/* ---- what is made for the copy ---- */

static void add_part_of_file(scan *s, int i)
{
    char text[FAN_COPY_TEXT] = "";
    char *path = NULL;
    if (fan_copy_made_extract(s->options->sources[i], &path, text, sizeof text)) {
        add_from(s, i, "", path);
        size_t name = fan_copy_manifest_keep(s->manifest, fan_copy_path_base(path), strlen(fan_copy_path_base(path)));
        s->manifest->entries[s->manifest->entry_count - 1].name = name;
    } else {
        s->problem(s->state, s->options->sources[i], text);
    }
    free(path);
}

static void add_descriptors(scan *s)
{
    char text[FAN_COPY_TEXT] = "";
    char **paths = NULL;
    int count = 0;
    const char *source = s->options->sources[0];
    if (!fan_copy_made_descriptors(source, s->options->factors, &paths, &count, text, sizeof text)) {
        s->problem(s->state, source, text);
        return;
    }
    add_own_directory(s, 0);
    size_t name = fan_copy_manifest_keep(s->manifest, ".", 1);
    s->manifest->entries[s->manifest->entry_count - 1].name = name;
    for (int i = 0; i < count; i++) {
        add_from(s, 0, fan_copy_path_base(paths[i]), paths[i]);
        free(paths[i]);
    }
    free(paths);
}

static void scan_source(scan *s, int i)
{
    const char *source = s->options->sources[i];
    if (fan_copy_made_needed(source))
        add_part_of_file(s, i);
    else
        walk_tree(s, i, source, strlen(source));
}

/* ---- all ---- */

void fan_copy_scan(const fan_copy_options *options, fan_copy_manifest *manifest,
                   fan_copy_scan_problem *problem, void *state)
{
    scan s = {.options = options, .manifest = manifest, .problem = problem, .state = state};
    fan_copy_manifest_keep(manifest, "", 0); /* at 0, which in an entry means none */
    if (fan_copy_from_stdin(options))
        add_stdin(&s);
    else if (options->factors != NULL)
        add_descriptors(&s);
    else if (options->files_from != NULL)
        scan_list(&s);
    else
        for (int i = 0; i < options->source_count; i++)
            scan_source(&s, i);
    for (int i = 0; options->with_libraries && i < options->source_count; i++)
        add_libraries(&s, i);
    tdestroy(s.first_names, free);
    tdestroy(s.names, free);
}

char *fan_copy_scan_path(const fan_copy_options *options, const fan_copy_manifest *manifest,
                         const fan_copy_entry *entry)
{
    const char *path = fan_copy_entry_path(manifest, entry);
    const char *top = entry->origin != 0 ? manifest->text + entry->origin : options->sources[entry->target];
    bool is_top = entry->origin != 0 || path[0] == '\0';
    size_t room = strlen(top) + strlen(path) + 2;
    char *whole = fan_copy_allocate(room, 1);
    snprintf(whole, room, "%s%s%s", top, is_top ? "" : "/", is_top ? "" : path);
    return whole;
}
