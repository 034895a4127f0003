/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file patterns.h  What of a tree is copied: --exclude and --include.
 *
 * The patterns are tried in the order in which they were given. The first that matches decides;
 * what no pattern matches is copied. So --include 'libm.*' --exclude 'lib*' leaves out all that
 * begins with lib, except libm.
 *
 * The patterns are those of rsync. *, ? and [...] do not match a slash, ** matches anything. They
 * also match a dot at the beginning of a name. In a pattern that has one of them, a backslash takes
 * its meaning from the character that follows.
 *
 * - A slash at the end (cache/): the pattern is what is before it, and matches directories only.
 * - A slash at the beginning (/build): the pattern matches the path from the top of the transfer.
 * - Another slash (src/test*): the pattern matches as many components at the end of the path as it
 *   has itself; with ** any that follow each other up to the end.
 * - No slash and no ** (*.o): the pattern matches the last component, at any depth.
 * - *** at the end (a/ and three asterisks): the directory and all that is in it.
 *
 * A directory that is excluded is not entered: nothing in it can be included. To copy only the *.py
 * of a tree, include all directories first, by an asterisk and a slash, then '*.py', and then
 * exclude '*'.
 */
#ifndef FAN_COPY_MODEL_PATTERNS_H
#define FAN_COPY_MODEL_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fan_copy_pattern fan_copy_pattern;

/** Begin with {0}. */
typedef struct fan_copy_patterns {
    fan_copy_pattern *list;
    size_t count, room;
} fan_copy_patterns;

/** Add a pattern behind the others. NULL, or what is wrong with `text`. */
const char *fan_copy_patterns_add(fan_copy_patterns *patterns, const char *text, bool include);

/**
 * Whether what is at `path` is left out. `path` is from the top of the transfer, with no slash at
 * either end. That the directories on the way to it are not excluded is for the caller to see.
 */
bool fan_copy_patterns_exclude(const fan_copy_patterns *patterns, const char *path,
                               bool is_directory);

void fan_copy_patterns_free(fan_copy_patterns *patterns);

#endif
