/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/model/patterns.h"
#include "os/path.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct fan_copy_pattern {
    char *glob;
    bool include;
    bool whole_path;
    bool directories_only;
};

bool fan_copy_patterns_add(fan_copy_patterns *patterns, const char *text, bool include)
{
    size_t length = strlen(text);
    fan_copy_pattern pattern = {.include = include,
                                .directories_only = length > 0 && text[length - 1] == '/'};
    while (length > 0 && text[length - 1] == '/')
        length--;
    if (length == 0)
        return false;
    pattern.whole_path = memchr(text, '/', length) != NULL;
    size_t leading = strspn(text, "/");
    pattern.glob = fan_copy_format("%.*s", (int)(length - leading), text + leading);
    fan_copy_grow(&patterns->list, &patterns->room, (int64_t)patterns->count + 1,
                  sizeof *patterns->list);
    patterns->list[patterns->count++] = pattern;
    return true;
}

bool fan_copy_patterns_exclude(const fan_copy_patterns *patterns, const char *path,
                               bool is_directory)
{
    for (size_t i = 0; i < patterns->count; i++) {
        const fan_copy_pattern *pattern = &patterns->list[i];
        const char *matched = pattern->whole_path ? path : fan_os_path_base(path);
        if ((is_directory || !pattern->directories_only) &&
            fnmatch(pattern->glob, matched, FNM_PATHNAME) == 0)
            return !pattern->include;
    }
    return false;
}

void fan_copy_patterns_free(fan_copy_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        free(patterns->list[i].glob);
    free(patterns->list);
    *patterns = (fan_copy_patterns){0};
}
