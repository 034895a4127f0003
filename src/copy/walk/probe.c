/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/walk/probe.h"
#include "copy/walk/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void look_into(fan_copy_probe *probe, const fan_copy_probe_options *options,
                      const char *path)
{
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        probe->access = errno;
        return;
    }
    probe->content = fan_copy_snapshot_needed(path, &probe->status, &probe->needs_snapshot);
    if (probe->content != 0 || probe->needs_snapshot)
        return;
    if (options->holes)
        probe->content = fan_copy_extents_read(&probe->where, path, &probe->status);
    else if (probe->status.st_size > 0) /* a pipe cannot have holes */
        fan_copy_extents_add(&probe->where, 0, probe->status.st_size);
}

static void read_link(fan_copy_probe *probe, const char *path)
{
    char content[PATH_MAX];
    ssize_t length = readlink(path, content, sizeof content);
    if (length < 0)
        probe->linking = errno;
    else if (length == sizeof content)
        probe->linking = ENAMETOOLONG;
    else
        content[length] = '\0';
    probe->link = probe->linking == 0 ? fan_copy_strdup(content) : NULL;
}

void fan_copy_probe_take(fan_copy_probe *probe, const fan_copy_probe_options *options,
                         const char *path, const struct stat *status)
{
    bool is_link = S_ISLNK(status->st_mode);
    *probe = (fan_copy_probe){.status = *status};
    if (S_ISREG(status->st_mode))
        look_into(probe, options, path);
    else if (is_link)
        read_link(probe, path);
    if (options->archive)
        probe->attributes = fan_copy_attributes_read(&probe->extended, path, is_link);
}

void fan_copy_probe_free(fan_copy_probe *probe)
{
    free(probe->where.list);
    free(probe->link);
    free(probe->extended.data);
    *probe = (fan_copy_probe){0};
}
