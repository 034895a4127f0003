/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

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
        fan_copy_catalog_add(s, 0, name, origin, &status);
}

/* An entry for each directory on the way to `name`, which is below the only source. */
static void add_parents(fan_copy_catalog *s, const char *name)
{
    char parent[PATH_MAX] = "";
    if (!fan_copy_catalog_has(s, parent))
        add_parent(s, parent);
    for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - name), name);
        if (!fan_copy_catalog_has(s, parent))
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

static void add_listed(fan_copy_catalog *s, char *line, fan_copy_walk_fn *walk)
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
        fan_copy_catalog_problem(s, name, "cannot open the source", ENAMETOOLONG);
        return;
    }
    add_parents(s, name);
    walk(s, 0, path, strlen(s->options->sources[0]));
}

void fan_copy_file_list_scan(fan_copy_catalog *s, fan_copy_walk_fn *walk)
{
    const char *list = s->options->files_from;
    FILE *file = strcmp(list, "-") == 0 ? stdin : fopen(list, "re");
    if (file == NULL) {
        fan_copy_catalog_problem(s, list, "cannot open the list of files", errno);
        return;
    }
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, file)) > 0;) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        add_listed(s, line, walk);
    }
    if (ferror(file))
        fan_copy_catalog_problem(s, list, "cannot read the list of files", errno);
    free(line);
    if (file != stdin)
        fclose(file);
}
