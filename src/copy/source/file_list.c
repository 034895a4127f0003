/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/job/outcome.h"
#include "copy/source/file_list.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add_parent(fan_copy_catalog *s, const char *name)
{
    char origin[PATH_MAX];
    struct stat status;
    if ((size_t)snprintf(origin, sizeof origin, "%s/%s", s->options->sources[0], name) >=
        sizeof origin)
        fan_copy_catalog_problem(s, name, "cannot open the source", ENAMETOOLONG);
    else if ((s->options->dereference ? stat : lstat)(origin, &status) != 0)
        fan_copy_catalog_problem(s, origin, "cannot open the source", errno);
    else if (S_ISLNK(status.st_mode))
        s->problem(s->state, origin,
                   "is a link, and the list names something beyond it; name that by its own "
                   "path, or follow links with -L");
    else
        fan_copy_catalog_add_one(s, 0, name, origin, &status);
}

/* An entry for each directory on the way to `name`, which is below the only source. */
static void add_parents(fan_copy_catalog *s, const char *name)
{
    char parent[PATH_MAX] = "";
    for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - name), name);
        if (!fan_copy_catalog_has(s, parent))
            add_parent(s, parent);
    }
}

/* The source itself, in which all names are. False if it cannot be. */
static bool add_top(fan_copy_catalog *s)
{
    const char *top = s->options->sources[0];
    struct stat status;
    if (stat(top, &status) != 0)
        fan_copy_catalog_problem(s, top, "cannot open the source", errno);
    else if (!S_ISDIR(status.st_mode))
        s->problem(s->state, top, "is not a directory; --files-from takes names below one");
    else if (!fan_copy_catalog_has(s, ""))
        fan_copy_catalog_add_one(s, 0, "", top, &status);
    return s->manifest->entry_count > 0;
}

/* "./a//b/." becomes "a/b"; NULL if it is not below the source. For the caller to free. */
static char *clean_name(const char *line)
{
    char *parts = fan_copy_strdup(line), *name = fan_copy_allocate(strlen(line) + 1, 1);
    char *rest = parts, *end = name;
    for (const char *part; (part = strsep(&rest, "/")) != NULL;) {
        if (strcmp(part, "..") == 0) {
            free(name);
            name = NULL;
            break;
        }
        if (part[0] != '\0' && strcmp(part, ".") != 0)
            end += sprintf(end, "%s%s", end > name ? "/" : "", part);
    }
    free(parts);
    return name;
}

/* What may be wrong with a name that is not there; NULL: nothing that can be seen. */
static const char *explain(const fan_copy_catalog *s, const char *line)
{
    size_t length = strlen(line);
    if (s->options->from0 && strchr(line, '\n') != NULL)
        return "it has newlines: leave out --from0 (-0) if each line is a name";
    if (line[0] == '#' || line[0] == ';')
        return line[0] == '#' ? "a list has no comments: # begins a name"
                              : "a list has no comments: ; begins a name";
    if (line[0] == '~')
        return "~ is not replaced in a list";
    return line[length - 1] == ' ' || line[length - 1] == '\t' ? "the name ends with a blank"
                                                               : NULL;
}

static void pass(void *state, const fan_copy_found *found)
{
    (void)state, (void)found;
}

static void report_missing(fan_copy_catalog *s, const char *path, const char *line, int error)
{
    char text[FAN_COPY_TEXT];
    const char *why = error == ENOENT ? explain(s, line) : NULL;
    if (why == NULL) {
        fan_copy_catalog_problem(s, path, "cannot open the source", error);
        return;
    }
    snprintf(text, sizeof text, "cannot open the source: %s; %s", strerror(error), why);
    s->problem(s->state, path, text);
}

/* Some lines of the list, whose names are looked at at the same time. */
enum { LINES = 256 };

typedef struct batch {
    fan_copy_catalog *catalog;
    fan_copy_walk *walk;
    fan_copy_file_list_fn *end;
    int count;
    struct {
        char *line, *name; /* NULL: it is not below the source */
        fan_copy_found *found;
    } lines[LINES];
} batch;

static void add_named(batch *b, const char *name, const char *line, fan_copy_found *found)
{
    fan_copy_catalog *s = b->catalog;
    fan_copy_walk_wait(b->walk, found);
    if (found->kind == FAN_COPY_FOUND_NOTHING) {
        report_missing(s, found->path, line, found->error);
        fan_copy_walk_end(b->walk, found, pass, NULL);
        return;
    }
    add_parents(s, name);
    b->end(s, 0, found);
}

static void add_batch(batch *b)
{
    for (int i = 0; i < b->count; i++) {
        char *line = b->lines[i].line, *name = b->lines[i].name;
        if (name == NULL)
            b->catalog->problem(b->catalog->state, line,
                                "is not below SRC; --files-from takes names relative to it");
        else if (b->lines[i].found == NULL)
            fan_copy_catalog_problem(b->catalog, name, "cannot open the source", ENAMETOOLONG);
        else
            add_named(b, name, line, b->lines[i].found);
        free(name);
        free(line);
    }
    b->count = 0;
}

static fan_copy_found *begin_named(batch *b, const char *name)
{
    const char *top = b->catalog->options->sources[0];
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", top, name) >= sizeof path)
        return NULL;
    return fan_copy_walk_begin(b->walk, path, strlen(top));
}

static void add_listed(batch *b, const char *line)
{
    char *name = clean_name(line);
    b->lines[b->count].line = fan_copy_strdup(line);
    b->lines[b->count].name = name;
    b->lines[b->count].found = name != NULL ? begin_named(b, name) : NULL;
    if (++b->count == LINES)
        add_batch(b);
}

/* ---- the list ---- */

/* Cut off what ends a line. A list from another system may have CRLF. */
static size_t cut_end(const fan_copy_catalog *s, char *line, size_t length)
{
    if (s->options->from0)
        return length; /* getdelim() has put a NUL where the NUL was */
    if (line[length - 1] == '\n')
        line[--length] = '\0';
    if (length > 0 && line[length - 1] == '\r')
        line[--length] = '\0';
    return length;
}

/* False if this cannot be a list of lines. */
static bool check_line(fan_copy_catalog *s, const char *line, size_t length, int64_t number)
{
    char text[FAN_COPY_TEXT];
    if (s->options->from0 || strlen(line) == length)
        return true;
    snprintf(text, sizeof text,
             "line %lld has a NUL character; a list of names that end with NULs needs --from0 (-0)",
             (long long)number);
    s->problem(s->state, s->options->files_from, text);
    return false;
}

static void report_unreadable(fan_copy_catalog *s, int error)
{
    const char *list = s->options->files_from;
    if (error == EISDIR)
        s->problem(s->state, list,
                   "cannot read the list of files: Is a directory; name a file that has the names");
    else
        fan_copy_catalog_problem(s, list, "cannot read the list of files", error);
}

static void read_list(batch *b, FILE *file)
{
    fan_copy_catalog *s = b->catalog;
    char *line = NULL;
    size_t room = 0;
    int64_t number = 0;
    errno = 0;
    for (ssize_t got; (got = getdelim(&line, &room, s->options->from0 ? '\0' : '\n', file)) > 0;) {
        size_t length = cut_end(s, line, (size_t)got);
        if (!check_line(s, line, length, ++number))
            break;
        if (line[0] != '\0')
            add_listed(b, line);
        errno = 0;
    }
    int error = errno;
    add_batch(b);
    if (ferror(file))
        report_unreadable(s, error);
    free(line);
}

void fan_copy_file_list_scan(fan_copy_catalog *s, fan_copy_walk *walk, fan_copy_file_list_fn *end)
{
    const char *list = s->options->files_from;
    if (!add_top(s))
        return;
    FILE *file = strcmp(list, "-") == 0 ? stdin : fopen(list, "re");
    if (file == NULL) {
        fan_copy_catalog_problem(s, list, "cannot open the list of files", errno);
        return;
    }
    batch b = {.catalog = s, .walk = walk, .end = end};
    read_list(&b, file);
    if (file != stdin)
        fclose(file);
}
