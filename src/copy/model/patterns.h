/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file patterns.h  What of a tree is copied: --exclude and --include.
 *
 * The patterns are tried in the order in which they were given. The first that matches decides;
 * what no pattern matches is copied. So --include 'libm.*' --exclude 'lib*' leaves out all that
 * begins with lib, except libm.
 *
 * In a pattern *, ? and [...] are those of the shell, except that they also match a dot at
 * the beginning of a name. None of them matches a slash. A backslash takes its meaning from the
 * character that follows.
 *
 * - A slash at the end (cache/): the pattern is what is before it, and matches directories only.
 * - Another slash, at the beginning or inside (/build, src/test*): the pattern matches the path
 *   from the top of the transfer. One at the beginning stands for the top, and is needed only if
 *   it is the only one (/build).
 * - No other slash (*.o): the pattern matches the last component of the path, at any depth.
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

/** Add a pattern behind the others. False if `text` is empty or has nothing but slashes. */
bool fan_copy_patterns_add(fan_copy_patterns *patterns, const char *text, bool include);

/**
 * Whether what is at `path` is left out. `path` is from the top of the transfer, with no slash at
 * either end. That the directories on the way to it are not excluded is for the caller to see.
 */
bool fan_copy_patterns_exclude(const fan_copy_patterns *patterns, const char *path,
                               bool is_directory);

void fan_copy_patterns_free(fan_copy_patterns *patterns);

#endif
