/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/target/way.h"
#include "os/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cut off the last component. False if there is only one. */
static bool cut(char *path)
{
    fan_os_path_trim(path);
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return false;
    *slash = '\0';
    fan_os_path_trim(path);
    return true;
}

/* Another host, or another copy, may make the same at the same time. */
static int make(fan_copy_way *way, char *path)
{
    struct stat status;
    if (stat(path, &status) == 0)
        return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    int error = errno == ENOENT ? 0 : errno;
    if (error == 0 && cut(parent))
        error = make(way, parent);
    if (error == 0 && mkdir(path, 0777) == 0)
        way->made++;
    else if (error == 0 && errno != EEXIST)
        error = errno;
    return error;
}

bool fan_copy_way_make(fan_copy_way *way, const fan_copy_targets_options *options,
                       fan_copy_outcome *outcome)
{
    int error = fan_os_path_expand(options->destination, outcome->host, outcome->rank,
                                   outcome->path, sizeof outcome->path);
    snprintf(way->path, sizeof way->path, "%s", outcome->path);
    bool is_needed = fan_copy_targets_into(options, way->path) || cut(way->path);
    if (error == 0 && is_needed && way->path[0] != '\0')
        error = make(way, way->path);
    if (error != 0)
        fan_copy_outcome_fail_errno(outcome, "cannot make the directories on the way to it", error);
    return error == 0;
}

void fan_copy_way_remove(const fan_copy_way *way)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", way->path);
    for (int i = 0; i < way->made && rmdir(path) == 0; i++)
        if (!cut(path))
            return;
}
