/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/extract/zip.h"
#include "copy/extract/zip_end.h"
#include "copy/judge/below.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

/* Its content has arrived as that of a file. */
static bool make_link(fan_copy_extract *x, const char *path, const char *full)
{
    char content[PATH_MAX];
    struct stat status;
    int fd = open(full, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t length = fd < 0 || fstat(fd, &status) != 0 ? -1 : read(fd, content, PATH_MAX - 1);
    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return fan_copy_extract_fail(x, "entry %.300s: cannot read the link", path);
    content[length] = '\0';
    if (!x->options.unsafe && fan_copy_below_lead(path, content) != FAN_COPY_BELOW_INSIDE)
        return fan_copy_extract_refuse(x, path, "is a symbolic link that leads outside");
    const struct timespec times[2] = {status.st_atim, status.st_mtim};
    return (unlink(full) == 0 && symlink(content, full) == 0 &&
            utimensat(AT_FDCWD, full, times, AT_SYMLINK_NOFOLLOW) == 0) ||
           fan_copy_extract_fail_entry(x, path, "cannot create the link");
}

/*
 * The kind of what the directory calls `path`, which becomes the name that it has. The reader
 * composes names in UTF-8: then it is the one that came at the same place.
 */
static mode_t find_listed(const fan_copy_extract *x, const fan_copy_zip_entry *entry,
                          uint64_t place, char path[static PATH_MAX])
{
    mode_t kind = fan_copy_known_kind(&x->known, path);
    if (kind != 0 || !entry->utf8 || place >= x->arrived.count)
        return kind;
    snprintf(path, PATH_MAX, "%s", x->arrived.items[place].path);
    return fan_copy_known_kind(&x->known, path);
}

static bool take_mode(fan_copy_extract *x, const fan_copy_zip_entry *entry, uint64_t place)
{
    char name[PATH_MAX], path[PATH_MAX], full[PATH_MAX];
    size_t bytes = MIN(entry->name_bytes, sizeof name - 1);
    memcpy(name, entry->name, bytes);
    name[bytes] = '\0';
    const char *wrong = fan_copy_below_normalise(name, path, sizeof path);
    mode_t kind = wrong == NULL ? find_listed(x, entry, place, path) : 0;
    if (kind == 0 && x->left_out == 0)
        return fan_copy_extract_fail(
            x,
            "entry %.300s: is in the directory of the zip, but not in the zip; make it "
            "again",
            name);
    if (kind != S_IFREG || (entry->mode & 0777) == 0)
        return true; /* a directory, or it was left out, or has no mode */
    if (!fan_copy_extract_path(x, path, full))
        return false;
    if (S_ISLNK(entry->mode))
        return make_link(x, path, full);
    return chmod(full, entry->mode & 0777) == 0 ||
           fan_copy_extract_fail_entry(x, path, "cannot set the mode");
}

bool fan_copy_zip_end(fan_copy_extract *x, const fan_copy_layers *layers)
{
    fan_copy_zip zip;
    fan_copy_zip_entry entry;
    uint64_t listed = 0;
    bool good = fan_copy_zip_open(&zip, layers->rest, layers->rest_bytes);
    for (; good && fan_copy_zip_next(&zip, &entry); listed++)
        if (!take_mode(x, &entry, listed))
            return false;
    return (good && zip.at == zip.end && listed == zip.entries && listed == x->entries) ||
           fan_copy_extract_fail(
               x, "the archive is damaged or not complete: the directory at the end of the zip "
                  "is not there, or lists other entries; make it again");
}
