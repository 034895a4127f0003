/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/judge/below.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The next component of `*at`, which comes to be behind it; its length, 0 at the end. */
static size_t next(const char **at, const char **component)
{
    *component = *at + strspn(*at, "/");
    size_t length = strcspn(*component, "/");
    *at = *component + length;
    return length;
}

static bool is_dot(const char *component, size_t length)
{
    return length == 1 && component[0] == '.';
}

static bool is_up(const char *component, size_t length)
{
    return length == 2 && component[0] == '.' && component[1] == '.';
}

/* How many directories `path` is in. */
static int depth_of(const char *path)
{
    int depth = 0;
    for (; *path != '\0'; path++)
        depth += *path == '/';
    return depth;
}

fan_copy_below_way fan_copy_below_lead(const char *path, const char *content)
{
    int depth = depth_of(path);
    bool went_down = false, unknown = false;
    const char *component;
    if (content[0] == '/')
        return FAN_COPY_BELOW_OUTSIDE;
    for (size_t length; (length = next(&content, &component)) > 0;) {
        if (is_dot(component, length))
            continue;
        bool up = is_up(component, length);
        unknown |= up && went_down;
        went_down |= !up;
        depth += up ? -1 : 1;
        if (depth < 0)
            return FAN_COPY_BELOW_OUTSIDE;
    }
    return unknown ? FAN_COPY_BELOW_UNKNOWN : FAN_COPY_BELOW_INSIDE;
}

const char *fan_copy_below_normalise(const char *name, char *path, size_t size)
{
    size_t used = 0;
    const char *component;
    for (size_t length; (length = next(&name, &component)) > 0;) {
        if (is_up(component, length))
            return "has \"..\" in its name";
        if (is_dot(component, length))
            continue;
        if (used + length + 2 > size)
            return "has a name that is too long";
        if (used > 0)
            path[used++] = '/';
        memcpy(path + used, component, length);
        used += length;
    }
    path[used] = '\0';
    return NULL;
}

bool fan_copy_below_ends(const char *root, const char *path)
{
    char top[PATH_MAX], end[PATH_MAX];
    if (realpath(root, top) == NULL || realpath(path, end) == NULL)
        return false; /* nobody knows where a link to nothing leads */
    size_t length = strlen(top);
    return strncmp(top, end, length) == 0 && (end[length] == '/' || end[length] == '\0');
}
