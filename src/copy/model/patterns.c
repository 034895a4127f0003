/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/model/glob.h"
#include "copy/model/patterns.h"
#include "os/path.h"

#include <stdlib.h>
#include <string.h>

struct fan_copy_pattern {
    char *text; /* without slashes at either end */
    bool include;
    bool anchored; /* begins at the top */
    bool directories_only;
    bool wild;        /* has *, ? or [; without, a backslash is a character like others */
    bool deep;        /* has ** */
    bool deep_prefix; /* begins with it */
    bool whole_tree;  /* ends with ***: the directory before it, too */
    int slashes;
};

static int count_slashes(const char *text)
{
    int count = 0;
    for (const char *p = strchr(text, '/'); p != NULL; p = strchr(p + 1, '/'))
        count++;
    return count;
}

static fan_copy_pattern make(const char *text, size_t length, bool include)
{
    size_t leading = strspn(text, "/");
    char *glob = fan_copy_format("%.*s", (int)(length - leading), text + leading);
    size_t bytes = strlen(glob);
    return (fan_copy_pattern){.text = glob,
                              .include = include,
                              .anchored = leading > 0,
                              .directories_only = text[length] == '/',
                              .wild = strpbrk(glob, "*?[") != NULL,
                              .deep = strstr(glob, "**") != NULL,
                              .deep_prefix = leading == 0 && strncmp(glob, "**", 2) == 0,
                              .whole_tree = text[length] != '/' && bytes >= 3 &&
                                            strcmp(glob + bytes - 3, "***") == 0,
                              .slashes = count_slashes(glob)};
}

/* rsync does not take these for names. */
static const char *find_prefix(const char *text)
{
    if (strncmp(text, "- ", 2) == 0)
        return "begins with a sign and a blank, a rule of rsync; write [-] for the sign of a name";
    if (strncmp(text, "+ ", 2) == 0)
        return "begins with a sign and a blank, a rule of rsync; write [+] for the sign of a name";
    if (strcmp(text, "!") == 0)
        return "is a rule of rsync, which forgets those before it; write [!] for a name";
    return NULL;
}

const char *fan_copy_patterns_add(fan_copy_patterns *patterns, const char *text, bool include)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/')
        length--;
    if (length == 0)
        return "the pattern does not contain a name";
    if (find_prefix(text) != NULL)
        return find_prefix(text);
    if (!fan_copy_glob_valid(text))
        return "the pattern has a [ without a ]; write \\[ for the character itself";
    fan_copy_grow(&patterns->list, &patterns->room, (int64_t)patterns->count + 1,
                  sizeof *patterns->list);
    patterns->list[patterns->count++] = make(text, length, include);
    return NULL;
}

/* ---- matching, as rsync's exclude.c does it ---- */

static bool matches_text(const fan_copy_pattern *pattern, const char *text)
{
    return pattern->wild ? fan_copy_glob_match(pattern->text, text)
                         : strcmp(pattern->text, text) == 0;
}

/* The last `count` components of the path, NULL if it has less. */
static const char *tail(const char *path, int count)
{
    const char *start = path + strlen(path);
    while (start > path) {
        start--;
        if (*start == '/' && --count == 0)
            return start + 1;
    }
    return count == 1 ? path : NULL;
}

static bool matches_from_some_component(const fan_copy_pattern *pattern, const char *path)
{
    while (path != NULL && !matches_text(pattern, path)) {
        const char *slash = strchr(path, '/');
        path = slash == NULL ? NULL : slash + 1;
    }
    return path != NULL;
}

static bool matches_deep(const fan_copy_pattern *pattern, const char *path, bool is_directory)
{
    char *text = fan_copy_format("%s%s%s", pattern->deep_prefix ? "/" : "", path,
                                 pattern->whole_tree && is_directory ? "/" : "");
    bool from_start = pattern->anchored || pattern->deep_prefix;
    bool result =
        from_start ? matches_text(pattern, text) : matches_from_some_component(pattern, text);
    free(text);
    return result;
}

static bool matches(const fan_copy_pattern *pattern, const char *path, bool is_directory)
{
    if (pattern->directories_only && !is_directory)
        return false;
    if (pattern->deep)
        return matches_deep(pattern, path, is_directory);
    const char *text = pattern->anchored ? path : tail(path, pattern->slashes + 1);
    return text != NULL && matches_text(pattern, text);
}

bool fan_copy_patterns_exclude(const fan_copy_patterns *patterns, const char *path,
                               bool is_directory)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (matches(&patterns->list[i], path, is_directory))
            return !patterns->list[i].include;
    return false;
}

void fan_copy_patterns_free(fan_copy_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        free(patterns->list[i].text);
    free(patterns->list);
    *patterns = (fan_copy_patterns){0};
}
