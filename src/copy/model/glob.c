/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/model/glob.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

enum { LONGEST_SET = 256 };

/* The end of [:CLASS:], whose [ is at `at`, or NULL if it is none. */
static const char *end_of_class(const char *at)
{
    const char *end = at[1] == ':' ? strstr(at + 2, ":]") : NULL;
    return end != NULL ? end + 2 : NULL;
}

/* What follows the set whose [ is at `at`; NULL if it does not end. */
static const char *end_of_set(const char *at)
{
    const char *p = at + 1;
    p += *p == '!' || *p == '^';
    p += *p == ']'; /* as the first one it is a member */
    while (*p != '\0' && *p != ']') {
        const char *class = *p == '[' ? end_of_class(p) : NULL;
        if (class != NULL)
            p = class;
        else
            p += *p == '\\' && p[1] != '\0' ? 2 : 1;
    }
    return *p == ']' && p - at < LONGEST_SET ? p + 1 : NULL;
}

bool fan_copy_glob_valid(const char *pattern)
{
    for (const char *p = pattern; *p != '\0';) {
        const char *next = *p == '[' ? end_of_set(p) : p + 1;
        if (next == NULL)
            return false;
        p = *p == '\\' && *next != '\0' ? next + 1 : next;
    }
    return true;
}

static bool is_in_set(const char *at, const char *end, char c)
{
    char set[LONGEST_SET + 1];
    memcpy(set, at, (size_t)(end - at));
    set[end - at] = '\0';
    return fnmatch(set, (const char[]){c, '\0'}, 0) == 0;
}

/* What follows the first element of the pattern if that matches `c`, else NULL. */
static const char *match_one(const char *pattern, char c)
{
    const char *end;
    switch (*pattern) {
    case '\0': return NULL;
    case '?': return c != '/' ? pattern + 1 : NULL;
    case '[': end = end_of_set(pattern); return c != '/' && is_in_set(pattern, end, c) ? end : NULL;
    case '\\': pattern += pattern[1] != '\0'; break;
    default: break;
    }
    return *pattern == c ? pattern + 1 : NULL;
}

/* An asterisk: what follows it in the pattern, and where in the text that is tried. */
typedef struct trial {
    const char *pattern, *text;
} trial;

/*
 * When something does not match, only the last * needs another trial, or if that has come to a
 * slash, the last **.
 */
bool fan_copy_glob_match(const char *pattern, const char *text)
{
    trial star = {0}, deep = {0};
    while (*text != '\0') {
        const char *next;
        if (*pattern == '*') {
            size_t stars = strspn(pattern, "*");
            pattern += stars;
            if (stars > 1)
                deep = (trial){pattern, text};
            star = stars > 1 ? (trial){0} : (trial){pattern, text};
        } else if ((next = match_one(pattern, *text)) != NULL) {
            pattern = next;
            text++;
        } else if (star.pattern != NULL && *star.text != '/') {
            text = ++star.text;
            pattern = star.pattern;
        } else if (deep.pattern != NULL) {
            text = ++deep.text;
            pattern = deep.pattern;
            star = (trial){0};
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}
