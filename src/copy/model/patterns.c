/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/model/patterns.h"
#include "os/path.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct fan_copy_pattern {
    char *glob;
    bool include;
    bool whole_path;
    bool directories_only;
};

int fan_copy_patterns_add(fan_copy_patterns *patterns, const char *text, bool include)
{
    size_t length = strlen(text);
    fan_copy_pattern pattern = {.include = include,
                                .directories_only = length > 0 && text[length - 1] == '/'};
    while (length > 0 && text[length - 1] == '/')
        length--;
    if (length == 0)
        return EINVAL;
    pattern.whole_path = memchr(text, '/', length) != NULL;
    size_t leading = strspn(text, "/");
    fan_copy_pattern *list = realloc(patterns->list, (patterns->count + 1) * sizeof *list);
    if (list == NULL)
        return ENOMEM;
    patterns->list = list;
    pattern.glob = strndup(text + leading, length - leading);
    if (pattern.glob == NULL)
        return ENOMEM;
    list[patterns->count++] = pattern;
    return 0;
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
