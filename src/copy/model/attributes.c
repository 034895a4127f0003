/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/model/attributes.h"

#include <attr/libattr.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/*
 * They say how and where the source is stored, or are given by the policy of each host, and
 * xattr.conf(5) does not name them.
 */
static const char *const not_copied[] = {"security.selinux", "trusted.lov", "trusted.lma",
                                         "trusted.link", "lustre."};

static const char access_list_name[] = "system.posix_acl_access";
static const char default_list_name[] = "system.posix_acl_default";

static bool is_copied(const char *name)
{
    for (size_t i = 0; i < sizeof not_copied / sizeof not_copied[0]; i++)
        if (strncmp(name, not_copied[i], strlen(not_copied[i])) == 0)
            return false;
    return attr_copy_action(name, NULL) != ATTR_ACTION_SKIP;
}

static ssize_t get(const char *path, bool is_link, const char *name, char *value, size_t room)
{
    return is_link ? lgetxattr(path, name, value, room) : getxattr(path, name, value, room);
}

static ssize_t list(const char *path, bool is_link, char *names, size_t room)
{
    return is_link ? llistxattr(path, names, room) : listxattr(path, names, room);
}

/* With a 0 behind it. */
static void add(fan_copy_attributes *attributes, const void *data, size_t bytes)
{
    fan_copy_grow(&attributes->data, &attributes->room, (int64_t)(attributes->bytes + bytes + 1),
                  1);
    memcpy(attributes->data + attributes->bytes, data, bytes);
    attributes->data[attributes->bytes + bytes] = '\0';
    attributes->bytes += bytes + 1;
}

/* An attribute in the text: its name with the 0, the length of the value, the value. */
static int read_one(fan_copy_attributes *attributes, const char *path, bool is_link,
                    const char *name, char *value, size_t room)
{
    ssize_t length = get(path, is_link, name, value, room);
    if (length < 0)
        return errno == ENODATA ? 0 : errno; /* removed since it was listed */
    uint32_t bytes = (uint32_t)length;
    add(attributes, name, strlen(name));
    add(attributes, &bytes, sizeof bytes);
    add(attributes, value, bytes);
    return 0;
}

static int read_all(fan_copy_attributes *attributes, const char *path, bool is_link,
                    const char *names, size_t bytes)
{
    char *value = fan_copy_allocate(1, XATTR_SIZE_MAX);
    int error = 0;
    for (const char *name = names; error == 0 && name < names + bytes; name += strlen(name) + 1)
        if (is_copied(name))
            error = read_one(attributes, path, is_link, name, value, XATTR_SIZE_MAX);
    free(value);
    return error;
}

int fan_copy_attributes_read(fan_copy_attributes *attributes, const char *path, bool is_link)
{
    *attributes = (fan_copy_attributes){0};
    ssize_t bytes = list(path, is_link, NULL, 0);
    if (bytes <= 0)
        return bytes == 0 || errno == ENOTSUP ? 0 : errno;
    char *names = fan_copy_allocate(1, (size_t)bytes);
    bytes = list(path, is_link, names, (size_t)bytes);
    int error = bytes < 0 ? errno : read_all(attributes, path, is_link, names, (size_t)bytes);
    free(names);
    return error;
}

void fan_copy_attributes_keep(fan_copy_manifest *manifest, const fan_copy_attributes *attributes)
{
    fan_copy_entry *entry = &manifest->entries[manifest->entry_count - 1];
    entry->extra_bytes = attributes->bytes;
    if (attributes->bytes > 0)
        entry->extra = fan_copy_manifest_keep(manifest, attributes->data, attributes->bytes - 1);
}

typedef struct extended {
    const char *name, *value;
    uint32_t bytes;
} extended;

/* The attribute at `at`, which comes to be behind it. False at `end`. */
static bool next_extended(const char **at, const char *end, extended *x)
{
    if (*at >= end)
        return false;
    x->name = *at;
    *at += strlen(x->name) + 1;
    memcpy(&x->bytes, *at, sizeof x->bytes);
    x->value = *at + sizeof x->bytes + 1;
    *at = x->value + x->bytes + 1;
    return true;
}

/* A program that runs as its owner or group must not run as somebody else because it was copied. */
static mode_t safe_mode(const fan_copy_entry *entry, const struct stat *status)
{
    mode_t mode = entry->mode;
    if (entry->kind == FAN_COPY_DIRECTORY)
        return mode;
    if (status->st_uid != entry->owner)
        mode &= ~(mode_t)S_ISUID;
    if (status->st_gid != entry->group)
        mode &= ~(mode_t)S_ISGID;
    return mode;
}

/* ---- what is there already ---- */

static bool has_attribute(const char *path, const char *name, const char *value, size_t bytes)
{
    char *found = fan_copy_allocate(1, XATTR_SIZE_MAX);
    ssize_t length = lgetxattr(path, name, found, XATTR_SIZE_MAX);
    bool same = length >= 0 && (size_t)length == bytes && memcmp(found, value, bytes) == 0;
    free(found);
    return same;
}

/* Whether it has all attributes that are wanted, and no ACL more. */
static bool has_extended(const fan_copy_manifest *manifest, const fan_copy_entry *entry,
                         const char *path)
{
    const char *at = manifest->text + entry->extra;
    const char *end = at + entry->extra_bytes;
    bool access = entry->kind != FAN_COPY_SYMLINK, default_list = entry->kind == FAN_COPY_DIRECTORY;
    for (extended x; next_extended(&at, end, &x);) {
        if (!has_attribute(path, x.name, x.value, x.bytes))
            return false;
        access &= strcmp(x.name, access_list_name) != 0;
        default_list &= strcmp(x.name, default_list_name) != 0;
    }
    return !(access && lgetxattr(path, access_list_name, NULL, 0) >= 0) &&
           !(default_list && lgetxattr(path, default_list_name, NULL, 0) >= 0);
}

bool fan_copy_attributes_match(const fan_copy_manifest *manifest, const fan_copy_entry *entry,
                               const char *path, bool archive)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !fan_copy_entry_has_time(entry, &status))
        return false;
    if (entry->kind != FAN_COPY_SYMLINK && (status.st_mode & 07777) != safe_mode(entry, &status))
        return false;
    return !archive || (status.st_uid == entry->owner && status.st_gid == entry->group &&
                        has_extended(manifest, entry, path));
}

/* ---- applying ---- */

static bool look_at(const fan_copy_attributes_place *place, struct stat *status)
{
    return (place->fd >= 0 ? fstat(place->fd, status) : lstat(place->path, status)) == 0;
}

/* Not if it has it: a new one on every file is what takes the time on many file systems. */
static bool set_owner(const fan_copy_attributes_place *place, const fan_copy_entry *entry,
                      struct stat *status)
{
    if (status->st_uid == entry->owner && status->st_gid == entry->group)
        return true;
    int failed = place->fd >= 0 ? fchown(place->fd, entry->owner, entry->group)
                                : lchown(place->path, entry->owner, entry->group);
    int error = errno;
    look_at(place, status);
    errno = error;
    return failed == 0;
}

static bool set_mode(const fan_copy_attributes_place *place, const fan_copy_entry *entry,
                     const struct stat *status)
{
    mode_t mode = safe_mode(entry, status);
    if (entry->kind == FAN_COPY_SYMLINK || (status->st_mode & 07777) == mode)
        return true;
    return (place->fd >= 0 ? fchmod(place->fd, mode) : chmod(place->path, mode)) == 0;
}

static bool set_times(const fan_copy_attributes_place *place, const fan_copy_entry *entry)
{
    const struct timespec times[2] = {entry->accessed, entry->modified};
    return (place->fd >= 0 ? futimens(place->fd, times)
                           : utimensat(AT_FDCWD, place->path, times, AT_SYMLINK_NOFOLLOW)) == 0;
}

static bool set_extended(const fan_copy_attributes_place *place, const extended *x)
{
    return (place->fd >= 0 ? fsetxattr(place->fd, x->name, x->value, x->bytes, 0)
                           : lsetxattr(place->path, x->name, x->value, x->bytes, 0)) == 0;
}

/* The last failure is told: others may well be kept. */
static bool apply_extended(const fan_copy_manifest *manifest, const fan_copy_entry *entry,
                           const fan_copy_attributes_place *place)
{
    const char *at = manifest->text + entry->extra;
    const char *end = at + entry->extra_bytes;
    bool all = true;
    for (extended x; next_extended(&at, end, &x);)
        if (!set_extended(place, &x))
            all = false;
    return all;
}

/* What a directory gives to all that is made in it, or what it had before, is not the source's. */
static void remove_lists(const fan_copy_entry *entry, const fan_copy_attributes_place *place)
{
    if (entry->kind == FAN_COPY_SYMLINK || place->clean)
        return;
    lremovexattr(place->path, access_list_name);
    if (entry->kind == FAN_COPY_DIRECTORY)
        lremovexattr(place->path, default_list_name);
}

static void note_loss(const char *what, const char **lost, int *lost_errno)
{
    *lost = what;
    *lost_errno = errno;
}

const char *fan_copy_attributes_apply(const fan_copy_manifest *manifest,
                                      const fan_copy_entry *entry,
                                      const fan_copy_attributes_place *place, bool archive,
                                      const char **lost, int *lost_errno)
{
    struct stat status;
    if (!look_at(place, &status))
        return "cannot set its attributes";
    /*
     * In this order: a new owner clears set-user-ID and capabilities, attributes cannot be set once
     * the mode says read-only, and all of it changes the times. The mode fits the ACL: its group
     * bits are the ACL's mask, so it is set where attributes were.
     */
    if (archive && !set_owner(place, entry, &status))
        note_loss("the owner", lost, lost_errno);
    if (archive)
        remove_lists(entry, place);
    if (archive && !apply_extended(manifest, entry, place))
        note_loss("extended attributes", lost, lost_errno);
    if (archive && (!place->clean || entry->extra_bytes > 0) && !look_at(place, &status))
        return "cannot set the mode";
    if (!set_mode(place, entry, &status))
        return "cannot set the mode";
    return set_times(place, entry) ? NULL : "cannot set the times";
}

bool fan_copy_attributes_inherited(const char *path)
{
    return getxattr(path, default_list_name, NULL, 0) >= 0;
}
