/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"
#include "copy/judge/quota.h"

#include <archive.h>
#include <stdio.h>
#include <sys/param.h>
#include <sys/statvfs.h>
#include <unistd.h>

void fan_copy_quota_open(fan_copy_quota *quota, const char *directory)
{
    struct statvfs status;
    *quota = (fan_copy_quota){INT64_MAX, INT64_MAX};
    if (statvfs(directory, &status) != 0)
        return;
    uint64_t blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail;
    if (status.f_blocks != 0 && blocks < INT64_MAX / status.f_frsize) /* 0: there is no limit */
        quota->bytes = (int64_t)(blocks * status.f_frsize);
    if (status.f_files != 0)
        quota->files = (int64_t)MIN(status.f_favail, (uint64_t)INT64_MAX);
}

bool fan_copy_quota_take(fan_copy_quota *quota, int64_t bytes, int64_t files, char *text,
                         size_t size)
{
    static const char advice[] = "make room there, choose another destination, or do not trust "
                                 "this archive";
    char needed[16], left[16];
    if (bytes > quota->bytes)
        snprintf(text, size, "no room: %s needed, %s left; %s",
                 fan_format_bytes(bytes, needed, sizeof needed),
                 fan_format_bytes(quota->bytes, left, sizeof left), advice);
    else if (files > quota->files)
        snprintf(text, size, "no room for one more file; %s", advice);
    else {
        quota->bytes -= bytes;
        quota->files -= files;
        return true;
    }
    return false;
}

int64_t fan_copy_quota_bytes(struct archive_entry *entry)
{
    int64_t offset, bytes, sum = 0;
    if (archive_entry_sparse_reset(entry) == 0)
        return archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
    while (archive_entry_sparse_next(entry, &offset, &bytes) == ARCHIVE_OK)
        sum += bytes;
    return sum;
}
