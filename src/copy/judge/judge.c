/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/printable.h"
#include "copy/judge/below.h"
#include "copy/judge/judge.h"

#include <string.h>
#include <sys/stat.h>

/* ---- names ---- */

static bool is_printable(const char *name)
{
    char shown[FAN_COPY_PRINTABLE * PATH_MAX];
    fan_copy_printable(name, shown, sizeof shown);
    return strcmp(name, shown) == 0;
}

static const char *judge_name(const fan_copy_judge *judge, struct archive_entry *entry,
                              fan_copy_item *item)
{
    item->name = archive_entry_pathname(entry);
    if (item->name == NULL || item->name[0] == '\0') {
        item->name = "(no name)";
        return "has no name, or one that is not UTF-8";
    }
    const char *wrong = fan_copy_below_normalise(item->name, item->path, sizeof item->path);
    if (wrong != NULL || judge->unsafe)
        return wrong;
    if (item->name[0] == '/')
        return "has an absolute name";
    return is_printable(item->name) ? NULL : "has a name with control characters or not in UTF-8";
}

bool fan_copy_item_above(const fan_copy_item *item, const char **slash, char *directory)
{
    *slash = strchr(*slash == NULL ? item->path : *slash + 1, '/');
    if (*slash == NULL)
        return false;
    size_t length = (size_t)(*slash - item->path);
    memcpy(directory, item->path, length);
    directory[length] = '\0';
    return true;
}

static bool has_place(const fan_copy_known *known, const fan_copy_item *item)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(item->path, '/');
    size_t length = slash != NULL ? (size_t)(slash - item->path) : 0;
    memcpy(directory, item->path, length);
    directory[length] = '\0';
    return fan_copy_known_kind(known, directory) == S_IFDIR;
}

/*
 * What it is in must be directories: through a link it would be somewhere else. What a known
 * directory is in has been judged before.
 */
static const char *judge_way(const fan_copy_known *known, fan_copy_item *item)
{
    char directory[PATH_MAX];
    item->has_place = has_place(known, item);
    if (item->has_place)
        return NULL;
    for (const char *slash = NULL; fan_copy_item_above(item, &slash, directory);) {
        mode_t kind = fan_copy_known_kind(known, directory);
        if (kind == S_IFLNK)
            return "is to be written through a symbolic link of the archive";
        if (kind != 0 && kind != S_IFDIR)
            return "is to be in something that is not a directory";
    }
    return NULL;
}

static const char *judge_repetition(const fan_copy_judge *judge, const fan_copy_known *known,
                                    fan_copy_item *item)
{
    mode_t before = item->before = fan_copy_known_kind(known, item->path);
    if (before == 0 || (before == S_IFDIR && item->kind == S_IFDIR))
        return NULL;
    if (item->path[0] == '\0')
        return "is to replace the directory that all is in";
    bool replaces = judge->unsafe && before != S_IFDIR && item->kind != S_IFDIR;
    return replaces ? NULL : "is there twice";
}

/* ---- kinds ---- */

static const char *judge_hard_link(const fan_copy_judge *judge, const fan_copy_known *known,
                                   const char *target, fan_copy_item *item)
{
    if (target[0] == '/' && !judge->unsafe)
        return "is a hard link to an absolute name";
    if (fan_copy_below_normalise(target, item->target, sizeof item->target) != NULL)
        return "is a hard link that leads outside";
    item->kind = fan_copy_known_kind(known, item->target);
    return item->kind == S_IFREG || item->kind == S_IFLNK
               ? NULL
               : "is a hard link to something that is not in the archive before it";
}

static const char *judge_symlink(const fan_copy_judge *judge, struct archive_entry *entry,
                                 fan_copy_item *item)
{
    const char *content = archive_entry_symlink(entry);
    if (content == NULL || content[0] == '\0')
        return "is a symbolic link to nothing, or to a name that is not UTF-8";
    fan_copy_below_way way = fan_copy_below_lead(item->path, content);
    item->unknown = way == FAN_COPY_BELOW_UNKNOWN && !judge->unsafe;
    return way == FAN_COPY_BELOW_OUTSIDE && !judge->unsafe ? "is a symbolic link that leads outside"
                                                           : NULL;
}

/* A program that runs as somebody else must be that one's. */
static const char *judge_mode(const fan_copy_judge *judge, struct archive_entry *entry)
{
    mode_t mode = archive_entry_perm(entry), foreign = 0;
    if (!judge->owners && archive_entry_uid(entry) != judge->user)
        foreign |= mode & S_ISUID;
    if (!judge->owners && archive_entry_gid(entry) != judge->group)
        foreign |= mode & S_ISGID;
    if (foreign != 0 && !judge->unsafe)
        return "has set-user-ID or set-group-ID, and belongs to somebody else";
    archive_entry_set_perm(entry, mode & ~foreign);
    return NULL;
}

static const char *judge_kind(const fan_copy_judge *judge, const fan_copy_known *known,
                              struct archive_entry *entry, fan_copy_item *item)
{
    const char *target = archive_entry_hardlink(entry);
    if (target != NULL) {
        const char *wrong = judge_hard_link(judge, known, target, item);
        return wrong != NULL ? wrong : judge_mode(judge, entry);
    }
    item->kind = archive_entry_filetype(entry);
    switch (item->kind) {
    case S_IFDIR: return NULL;
    case S_IFREG: return judge_mode(judge, entry);
    case S_IFLNK: return judge_symlink(judge, entry, item);
    case S_IFIFO: return "is a fifo";
    case S_IFCHR:
    case S_IFBLK: return "is a device";
    default: return "is neither a file nor a directory nor a link";
    }
}

const char *fan_copy_judge_entry(const fan_copy_judge *judge, const fan_copy_known *known,
                                 struct archive_entry *entry, fan_copy_item *item)
{
    item->target[0] = '\0';
    item->unknown = false;
    const char *wrong = judge_name(judge, entry, item);
    if (wrong == NULL)
        wrong = judge_kind(judge, known, entry, item);
    if (wrong == NULL)
        wrong = judge_way(known, item);
    return wrong != NULL ? wrong : judge_repetition(judge, known, item);
}
