/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tune/cache/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char name[] = "fanout";

bool fan_cache_is_private(const struct stat *entry)
{
    return entry->st_uid == geteuid() && (entry->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* False if the environment names no place, or one whose name is too long. */
static bool find_base(char *path, size_t size)
{
    const char *cache = secure_getenv("XDG_CACHE_HOME"), *home = secure_getenv("HOME");
    int length = -1;
    if (cache != NULL && *cache == '/')
        length = snprintf(path, size, "%s", cache);
    else if (home != NULL && *home == '/')
        length = snprintf(path, size, "%s/.cache", home);
    return length >= 0 && (size_t)length < size;
}

/* The base itself may be a link: users move it to where there is room. */
static int open_in(const char *base, bool make)
{
    if (make)
        mkdir(base, 0700);
    int outer = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (outer < 0)
        return -1;
    if (make)
        mkdirat(outer, name, 0700);
    int inner = openat(outer, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int reason = errno;
    close(outer);
    errno = reason;
    return inner;
}

static fan_status refuse(int *fd, const char *base, const char *why)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return fan_fail(FAN_ERR_SYSTEM, "%s/%s: %s", base, name, why);
}

fan_status fan_cache_folder(bool make, int *fd)
{
    char base[PATH_MAX];
    struct stat entry;
    *fd = -1;
    if (!find_base(base, sizeof base))
        return FAN_OK;
    *fd = open_in(base, make);
    if (*fd < 0 && errno == ENOENT && !make)
        return FAN_OK;
    if (*fd < 0)
        return refuse(fd, base,
                      errno == ELOOP || errno == ENOTDIR ? "not a folder" : strerror(errno));
    if (fstat(*fd, &entry) != 0)
        return refuse(fd, base, strerror(errno));
    if (!fan_cache_is_private(&entry))
        return refuse(fd, base, "another user owns it or may write to it");
    return FAN_OK;
}
