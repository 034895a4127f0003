/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/extract/state.h"
#include "copy/extract/zip_end.h"
#include "copy/judge/below.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

/* What libarchive says of the disk: a failure, or something that cannot be kept. */
static bool take_code(fan_copy_extract *x, int code, const char *path)
{
    const char *reason = archive_error_string(x->disk);
    if (reason == NULL)
        reason = "unknown reason";
    if (code < ARCHIVE_WARN)
        return fan_copy_extract_fail(x, "entry %.300s: cannot write: %s", path, reason);
    if (code == ARCHIVE_WARN && x->note[0] == '\0')
        snprintf(x->note, sizeof x->note, "cannot keep all of %.200s, and perhaps of others: %s",
                 path, reason);
    return true;
}

/* ---- making an entry ---- */

static bool take_quota(fan_copy_extract *x, const char *name, int64_t bytes, int64_t files)
{
    char text[FAN_COPY_EXTRACT_TEXT];
    return fan_copy_quota_take(&x->quota, bytes, files, text, sizeof text) ||
           fan_copy_extract_fail(x, "entry %.200s: %s", name, text);
}

static bool fail_data(fan_copy_extract *x, fan_copy_layers *layers, const char *name)
{
    char text[FAN_COPY_EXTRACT_TEXT];
    fan_copy_layers_explain(layers, layers->entries, text, sizeof text);
    return fan_copy_extract_fail(x, "entry %.200s: %s", name, text);
}

/* `promised` bytes have been taken from the quota. */
static bool write_data(fan_copy_extract *x, fan_copy_layers *layers, const char *name,
                       int64_t promised)
{
    const void *data;
    size_t bytes;
    int64_t offset;
    int code;
    while ((code = archive_read_data_block(layers->entries, &data, &bytes, &offset)) ==
           ARCHIVE_OK) {
        int64_t more = (int64_t)bytes - promised;
        promised = more < 0 ? -more : 0;
        if (more > 0 && !take_quota(x, name, more, 0))
            return false;
        if (archive_write_data_block(x->disk, data, bytes, offset) < ARCHIVE_OK)
            return take_code(x, ARCHIVE_FATAL, name);
    }
    return code == ARCHIVE_EOF || fail_data(x, layers, name);
}

/* Directories that have no entry of their own are made by libarchive. */
static bool note_way(fan_copy_extract *x, const fan_copy_item *item)
{
    char directory[PATH_MAX];
    const char *slash = NULL;
    while (!item->has_place && fan_copy_item_above(item, &slash, directory)) {
        if (fan_copy_known_kind(&x->known, directory) != 0)
            continue;
        if (!take_quota(x, directory, 0, 1))
            return false;
        if (!fan_copy_known_set(&x->known, directory, S_IFDIR))
            return fan_copy_extract_fail_memory(x);
    }
    return true;
}

static bool note_name(fan_copy_extract *x, const fan_copy_item *item)
{
    x->has_top |= item->path[0] == '\0';
    if (!fan_copy_known_set(&x->known, item->path, item->kind))
        return fan_copy_extract_fail_memory(x);
    return !item->unknown || fan_copy_later_add(&x->unknown, item->path, (struct timespec){0}) ||
           fan_copy_extract_fail_memory(x);
}

static bool note_old_directory(fan_copy_extract *x, struct archive_entry *entry,
                               const fan_copy_item *item)
{
    if (item->kind != S_IFDIR || item->before == 0 || !archive_entry_mtime_is_set(entry))
        return true;
    const struct timespec modified = {archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
    return fan_copy_later_add(&x->old, item->path, modified) || fan_copy_extract_fail_memory(x);
}

static bool place_entry(fan_copy_extract *x, struct archive_entry *entry, const fan_copy_item *item)
{
    char full[PATH_MAX];
    if (!fan_copy_extract_path(x, item->path, full))
        return false;
    archive_entry_copy_pathname(entry, full);
    if (item->target[0] == '\0')
        return true;
    if (!fan_copy_extract_path(x, item->target, full))
        return false;
    archive_entry_copy_hardlink(entry, full);
    return true;
}

/* ---- ordinary files ---- */

static bool wait_for_small(fan_copy_extract *x)
{
    if (fan_copy_small_wait(&x->small))
        return true;
    errno = x->small.failed->error;
    return fan_copy_extract_fail_entry(x, x->small.failed->name, "cannot write");
}

/* Whether it needs what may not be there yet: a hard link, or a name that comes again. */
static bool needs_others(const fan_copy_item *item)
{
    return item->target[0] != '\0' || item->before != 0;
}

/*
 * Whether what needs no others is an ordinary file with all of its content in the archive. All else
 * is made by libarchive, here.
 */
static bool is_ordinary(const fan_copy_extract *x, const fan_copy_layers *layers,
                        struct archive_entry *entry, const fan_copy_item *item)
{
    return item->kind == S_IFREG && !x->options.archive && archive_entry_size_is_set(entry) &&
           archive_entry_sparse_count(entry) == 0 && archive_entry_perm(entry) <= 0777 &&
           !fan_copy_layers_is_zip(layers) && item->has_place;
}

static bool describe(fan_copy_extract *x, struct archive_entry *entry, const fan_copy_item *item,
                     fan_copy_ordinary *how)
{
    how->mode = archive_entry_perm(entry);
    how->creation = how->mode & x->creation;
    how->times[0] = how->times[1] = (struct timespec){.tv_nsec = UTIME_OMIT};
    if (archive_entry_atime_is_set(entry))
        how->times[0] =
            (struct timespec){archive_entry_atime(entry), archive_entry_atime_nsec(entry)};
    if (archive_entry_mtime_is_set(entry))
        how->times[1] =
            (struct timespec){archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
    return fan_copy_extract_path(x, item->path, how->path);
}

static fan_copy_small_file *take_room(fan_copy_extract *x, int64_t bytes)
{
    fan_copy_small_file *file = fan_copy_small_take(&x->small, (size_t)bytes);
    if (file == NULL && wait_for_small(x))
        fan_copy_extract_fail_memory(x);
    return file;
}

static bool give(fan_copy_extract *x, fan_copy_layers *layers, fan_copy_small_file *file)
{
    if (archive_read_data(layers->entries, file->data, file->bytes) != (ssize_t)file->bytes)
        return fail_data(x, layers, file->name);
    fan_copy_small_give(&x->small, file);
    return true;
}

static bool give_small(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry,
                       const fan_copy_item *item)
{
    fan_copy_small_file *file = take_room(x, archive_entry_size(entry));
    if (file == NULL || !describe(x, entry, item, &file->how))
        return false;
    snprintf(file->name, sizeof file->name, "%s", item->name);
    return give(x, layers, file);
}

static fan_copy_large *begin_large(fan_copy_extract *x, struct archive_entry *entry,
                                   const fan_copy_item *item)
{
    fan_copy_ordinary how;
    if (!describe(x, entry, item, &how))
        return NULL;
    x->options.enter();
    fan_copy_large *large = fan_copy_large_begin(&how, archive_entry_size(entry));
    int error = errno;
    x->options.leave();
    if (large == NULL && wait_for_small(x)) { /* what was given before has failed before */
        errno = error;
        fan_copy_extract_fail_entry(x, item->name, "cannot write");
    }
    return large;
}

static bool give_part(fan_copy_extract *x, fan_copy_layers *layers, const fan_copy_item *item,
                      fan_copy_large *large, int64_t offset)
{
    int64_t left = large->bytes - offset;
    fan_copy_small_file *part = take_room(x, MIN(left, (int64_t)FAN_COPY_SMALL));
    if (part == NULL)
        return false;
    part->large = large;
    part->offset = offset;
    snprintf(part->name, sizeof part->name, "%s", item->name);
    return give(x, layers, part);
}

static bool give_large(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry,
                       const fan_copy_item *item)
{
    int64_t offset = 0, bytes = archive_entry_size(entry);
    fan_copy_large *large = begin_large(x, entry, item);
    if (large == NULL)
        return false;
    while (offset < bytes && give_part(x, layers, item, large, offset))
        offset += MIN(bytes - offset, (int64_t)FAN_COPY_SMALL);
    if (offset < bytes)
        fan_copy_large_drop(large, bytes - offset);
    return offset == bytes;
}

/* ---- entries ---- */

/* A zip tells the mode at its end. */
static void give_mode(const fan_copy_extract *x, struct archive_entry *entry,
                      const fan_copy_item *item)
{
    archive_entry_set_perm(entry, x->creation & (item->kind == S_IFDIR ? 0777 : 0666));
}

static bool make_here(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry,
                      const fan_copy_item *item, int64_t bytes)
{
    char name[PATH_MAX]; /* placing it gives the entry another one */
    snprintf(name, sizeof name, "%s", item->name);
    if (!place_entry(x, entry, item))
        return false;
    if (fan_copy_layers_is_zip(layers))
        give_mode(x, entry, item);
    x->options.pass();
    return take_code(x, archive_write_header(x->disk, entry), name) &&
           write_data(x, layers, name, bytes) &&
           take_code(x, archive_write_finish_entry(x->disk), name);
}

static bool make_entry(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry,
                       const fan_copy_item *item)
{
    int64_t bytes = fan_copy_quota_bytes(entry);
    bool waits = needs_others(item), ordinary = !waits && is_ordinary(x, layers, entry, item);
    if (!take_quota(x, item->name, bytes, 1) || !note_way(x, item) ||
        !note_old_directory(x, entry, item) || !note_name(x, item))
        return false;
    if (ordinary)
        return (archive_entry_size(entry) <= FAN_COPY_SMALL ? give_small : give_large)(x, layers,
                                                                                       entry, item);
    return (!waits || wait_for_small(x)) && make_here(x, layers, entry, item, bytes);
}

static bool take_entry(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry)
{
    fan_copy_item item;
    x->entries++;
    const char *wrong = fan_copy_judge_entry(&x->judge, &x->known, entry, &item);
    if (fan_copy_layers_is_zip(layers) &&
        !fan_copy_later_add(&x->arrived, wrong == NULL ? item.path : "", (struct timespec){0}))
        return fan_copy_extract_fail_memory(x);
    return wrong != NULL ? fan_copy_extract_refuse(x, item.name, wrong)
                         : make_entry(x, layers, entry, &item);
}

/*
 * The reader warns of it. A name that is not in UTF-8 it gives as it is, and that is judged; what
 * else it warns of would get lost.
 */
static bool take_doubtful(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    const char *reason = archive_error_string(layers->entries);
    if (name == NULL || reason == NULL || strstr(reason, "can't be converted") != NULL)
        return take_entry(x, layers, entry);
    return fan_copy_extract_fail(x, "entry %.300s: is damaged: %s; make the archive again", name,
                                 reason);
}

/* ---- archives ---- */

static bool read_entries(fan_copy_extract *x, fan_copy_layers *layers)
{
    struct archive_entry *entry;
    char text[FAN_COPY_EXTRACT_TEXT];
    int code;
    x->entries = 0;
    fan_copy_later_free(&x->arrived);
    while ((code = archive_read_next_header(layers->entries, &entry)) == ARCHIVE_OK ||
           code == ARCHIVE_WARN)
        if (!(code == ARCHIVE_OK ? take_entry : take_doubtful)(x, layers, entry))
            return false;
    if (code != ARCHIVE_EOF)
        fan_copy_layers_explain(layers, layers->entries, text, sizeof text);
    else if (fan_copy_layers_finish(layers, text, sizeof text))
        return !fan_copy_layers_is_zip(layers) || fan_copy_zip_end(x, layers);
    return fan_copy_extract_fail(x, "%s", text);
}

static bool extract_read(fan_copy_extract *x, fan_copy_extract_pull_fn *pull, void *state)
{
    char text[FAN_COPY_EXTRACT_TEXT];
    fan_copy_layers layers;
    locale_t before = uselocale(x->locale);
    bool good = fan_copy_layers_open(&layers, pull, state, text, sizeof text)
                    ? read_entries(x, &layers)
                    : fan_copy_extract_fail(x, "%s", text);
    good = wait_for_small(x) && good;
    fan_copy_layers_close(&layers);
    uselocale(before);
    return good;
}

/* ---- beginning and end ---- */

static mode_t creation_mask(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0777 & ~mask;
}

static void set_up(fan_copy_extract *x)
{
    int flags = ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM;
    if (x->options.unsafe)
        flags |= ARCHIVE_EXTRACT_UNLINK;
    if (x->options.archive)
        flags |= ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_XATTR;
    archive_write_disk_set_options(x->disk, flags);
    fan_copy_quota_open(&x->quota, x->options.root);
    x->creation = creation_mask();
    x->small = (fan_copy_small){.enter = x->options.enter, .leave = x->options.leave};
    fan_copy_known_set(&x->known, "", S_IFDIR);
    x->judge = (fan_copy_judge){.unsafe = x->options.unsafe,
                                .owners = x->options.archive && geteuid() == 0,
                                .user = geteuid(),
                                .group = getegid()};
}

static void extract_close(fan_copy_extract *x)
{
    if (x == NULL)
        return;
    fan_copy_small_close(&x->small);
    archive_write_free(x->disk);
    fan_copy_known_free(&x->known);
    fan_copy_later_free(&x->unknown);
    fan_copy_later_free(&x->old);
    fan_copy_later_free(&x->arrived);
    if (x->locale != (locale_t)0)
        freelocale(x->locale);
    free(x);
}

static fan_copy_extract *extract_open(const fan_copy_extract_options *options)
{
    fan_copy_extract *x = calloc(1, sizeof *x);
    if (x == NULL)
        return NULL;
    x->options = *options;
    x->disk = archive_write_disk_new();
    x->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (x->disk == NULL || x->locale == (locale_t)0) {
        extract_close(x);
        return NULL;
    }
    set_up(x);
    return x;
}

static bool check_links(fan_copy_extract *x)
{
    char full[PATH_MAX];
    for (size_t i = 0; i < x->unknown.count; i++) {
        const char *path = x->unknown.items[i].path;
        if (!fan_copy_extract_path(x, path, full) || !fan_copy_below_ends(x->options.root, full))
            return fan_copy_extract_refuse(x, path, "is a symbolic link that leads outside");
    }
    return true;
}

static bool finish_old_directories(fan_copy_extract *x)
{
    char full[PATH_MAX];
    for (size_t i = 0; i < x->old.count; i++) {
        const fan_copy_later_item *old = &x->old.items[i];
        const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, old->modified};
        if (!fan_copy_extract_path(x, old->path, full) ||
            utimensat(AT_FDCWD, full, times, AT_SYMLINK_NOFOLLOW) != 0)
            return fan_copy_extract_fail_entry(x, old->path, "cannot set the times");
    }
    return true;
}

static bool extract_finish(fan_copy_extract *x)
{
    x->options.pass();
    if (!check_links(x))
        return false;
    if (archive_write_close(x->disk) < ARCHIVE_WARN)
        return take_code(x, ARCHIVE_FATAL, ".");
    if (!x->has_top && chmod(x->options.root, x->creation) != 0)
        return fan_copy_extract_fail_entry(x, ".", "cannot set the mode");
    if (!finish_old_directories(x))
        return false;
    if (x->left_out > 0)
        snprintf(x->note, sizeof x->note,
                 "left out %lld of the archive's entries, the first: %.400s",
                 (long long)x->left_out, x->first_left_out);
    return true;
}

static const char *extract_error(const fan_copy_extract *x)
{
    return x->error;
}

static const char *extract_note(const fan_copy_extract *x)
{
    return x->note;
}

extern const fan_copy_extract_module fan_copy_extract_functions;

const fan_copy_extract_module fan_copy_extract_functions = {.open = extract_open,
                                                            .read = extract_read,
                                                            .finish = extract_finish,
                                                            .error = extract_error,
                                                            .note = extract_note,
                                                            .close = extract_close};
