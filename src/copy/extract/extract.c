/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/extract/functions.h"
#include "copy/extract/later.h"
#include "copy/extract/layers.h"
#include "copy/extract/zip.h"
#include "copy/judge/below.h"
#include "copy/judge/judge.h"
#include "copy/judge/quota.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

struct fan_copy_extract {
    fan_copy_extract_options options;
    fan_copy_judge judge;
    struct archive *disk;
    fan_copy_known known;
    fan_copy_quota quota;
    locale_t locale;        /* in which names are UTF-8 */
    mode_t creation;        /* what the umask leaves */
    bool has_top;           /* an entry says what the directory itself is like */
    uint64_t entries;       /* of this archive */
    fan_copy_later arrived; /* their names, if it is a zip; "" for those that are not made */
    fan_copy_later unknown; /* links of which it is not known where they lead */
    /* directories that were there before their entry: libarchive sets their times too early */
    fan_copy_later old;
    int64_t left_out;
    char first_left_out[FAN_COPY_EXTRACT_TEXT];
    char error[FAN_COPY_EXTRACT_TEXT], note[FAN_COPY_EXTRACT_TEXT];
};

/* ---- what is said ---- */

__attribute__((format(printf, 2, 3))) static bool fail(fan_copy_extract *x, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (x->error[0] == '\0')
        vsnprintf(x->error, sizeof x->error, format, arguments);
    va_end(arguments);
    return false;
}

static bool fail_memory(fan_copy_extract *x)
{
    return fail(x, "out of memory");
}

/* `what` failed for an entry, with errno. */
static bool fail_entry(fan_copy_extract *x, const char *name, const char *what)
{
    return fail(x, "entry %.300s: %s: %s", name, what, strerror(errno));
}

/* An entry that is not made: an error, or with `unsafe` it is left out. */
static bool refuse(fan_copy_extract *x, const char *name, const char *why)
{
    if (!x->options.unsafe)
        return fail(x,
                    "entry %.300s: %s; nothing was unpacked; leave it out of the archive, or see "
                    "--unpack-unsafe",
                    name, why);
    if (x->left_out++ == 0)
        snprintf(x->first_left_out, sizeof x->first_left_out, "%.300s: %s", name, why);
    return true;
}

/* What libarchive says of the disk: a failure, or something that cannot be kept. */
static bool take_code(fan_copy_extract *x, int code, const char *path)
{
    const char *reason = archive_error_string(x->disk);
    if (reason == NULL)
        reason = "unknown reason";
    if (code < ARCHIVE_WARN)
        return fail(x, "entry %.300s: cannot write: %s", path, reason);
    if (code == ARCHIVE_WARN && x->note[0] == '\0')
        snprintf(x->note, sizeof x->note, "cannot keep all of %.200s, and perhaps of others: %s",
                 path, reason);
    return true;
}

/* ---- making an entry ---- */

static bool full_path(fan_copy_extract *x, const char *path, char full[static PATH_MAX])
{
    int length =
        snprintf(full, PATH_MAX, "%s%s%s", x->options.root, path[0] != '\0' ? "/" : "", path);
    errno = ENAMETOOLONG;
    return length < PATH_MAX || fail_entry(x, path, "cannot write");
}

static bool take_quota(fan_copy_extract *x, const char *name, int64_t bytes, int64_t files)
{
    char text[FAN_COPY_EXTRACT_TEXT];
    return fan_copy_quota_take(&x->quota, bytes, files, text, sizeof text) ||
           fail(x, "entry %.200s: %s", name, text);
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
    if (code == ARCHIVE_EOF)
        return true;
    char text[FAN_COPY_EXTRACT_TEXT];
    fan_copy_layers_explain(layers, layers->entries, text, sizeof text);
    return fail(x, "entry %.200s: %s", name, text);
}

/* Directories that have no entry of their own are made by libarchive. */
static bool note_way(fan_copy_extract *x, const fan_copy_item *item)
{
    char directory[PATH_MAX];
    for (const char *slash = NULL; fan_copy_item_above(item, &slash, directory);) {
        if (fan_copy_known_kind(&x->known, directory) != 0)
            continue;
        if (!take_quota(x, directory, 0, 1))
            return false;
        if (!fan_copy_known_set(&x->known, directory, S_IFDIR))
            return fail_memory(x);
    }
    return true;
}

static bool note_name(fan_copy_extract *x, const fan_copy_item *item)
{
    x->has_top |= item->path[0] == '\0';
    if (!fan_copy_known_set(&x->known, item->path, item->kind))
        return fail_memory(x);
    return !item->unknown || fan_copy_later_add(&x->unknown, item->path, (struct timespec){0}) ||
           fail_memory(x);
}

static bool note_old_directory(fan_copy_extract *x, struct archive_entry *entry,
                               const fan_copy_item *item)
{
    if (item->kind != S_IFDIR || fan_copy_known_kind(&x->known, item->path) == 0 ||
        !archive_entry_mtime_is_set(entry))
        return true;
    const struct timespec modified = {archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
    return fan_copy_later_add(&x->old, item->path, modified) || fail_memory(x);
}

static bool place_entry(fan_copy_extract *x, struct archive_entry *entry, const fan_copy_item *item)
{
    char full[PATH_MAX];
    if (!full_path(x, item->path, full))
        return false;
    archive_entry_copy_pathname(entry, full);
    if (item->target[0] == '\0')
        return true;
    if (!full_path(x, item->target, full))
        return false;
    archive_entry_copy_hardlink(entry, full);
    return true;
}

/* A zip tells the mode at its end. */
static void give_mode(const fan_copy_extract *x, struct archive_entry *entry,
                      const fan_copy_item *item)
{
    archive_entry_set_perm(entry, x->creation & (item->kind == S_IFDIR ? 0777 : 0666));
}

static bool make_entry(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry,
                       const fan_copy_item *item)
{
    char name[PATH_MAX]; /* placing it gives the entry another one */
    int64_t bytes = fan_copy_quota_bytes(entry);
    snprintf(name, sizeof name, "%s", item->name);
    if (!take_quota(x, name, bytes, 1) || !note_way(x, item) ||
        !note_old_directory(x, entry, item) || !note_name(x, item) || !place_entry(x, entry, item))
        return false;
    if (fan_copy_layers_is_zip(layers))
        give_mode(x, entry, item);
    x->options.pass();
    return take_code(x, archive_write_header(x->disk, entry), name) &&
           write_data(x, layers, name, bytes) &&
           take_code(x, archive_write_finish_entry(x->disk), name);
}

static bool take_entry(fan_copy_extract *x, fan_copy_layers *layers, struct archive_entry *entry)
{
    fan_copy_item item;
    x->entries++;
    const char *wrong = fan_copy_judge_entry(&x->judge, &x->known, entry, &item);
    if (fan_copy_layers_is_zip(layers) &&
        !fan_copy_later_add(&x->arrived, wrong == NULL ? item.path : "", (struct timespec){0}))
        return fail_memory(x);
    return wrong != NULL ? refuse(x, item.name, wrong) : make_entry(x, layers, entry, &item);
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
    return fail(x, "entry %.300s: is damaged: %s; make the archive again", name, reason);
}

/* ---- what only the end of a zip says ---- */

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
        return fail(x, "entry %.300s: cannot read the link", path);
    content[length] = '\0';
    if (!x->options.unsafe && fan_copy_below_lead(path, content) != FAN_COPY_BELOW_INSIDE)
        return refuse(x, path, "is a symbolic link that leads outside");
    const struct timespec times[2] = {status.st_atim, status.st_mtim};
    return (unlink(full) == 0 && symlink(content, full) == 0 &&
            utimensat(AT_FDCWD, full, times, AT_SYMLINK_NOFOLLOW) == 0) ||
           fail_entry(x, path, "cannot create the link");
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
        return fail(x,
                    "entry %.300s: is in the directory of the zip, but not in the zip; make it "
                    "again",
                    name);
    if (kind != S_IFREG || (entry->mode & 0777) == 0)
        return true; /* a directory, or it was left out, or has no mode */
    if (!full_path(x, path, full))
        return false;
    if (S_ISLNK(entry->mode))
        return make_link(x, path, full);
    return chmod(full, entry->mode & 0777) == 0 || fail_entry(x, path, "cannot set the mode");
}

static bool finish_zip(fan_copy_extract *x, const fan_copy_layers *layers)
{
    fan_copy_zip zip;
    fan_copy_zip_entry entry;
    uint64_t listed = 0;
    bool good = fan_copy_zip_open(&zip, layers->rest, layers->rest_bytes);
    for (; good && fan_copy_zip_next(&zip, &entry); listed++)
        if (!take_mode(x, &entry, listed))
            return false;
    return (good && zip.at == zip.end && listed == zip.entries && listed == x->entries) ||
           fail(x, "the archive is damaged or not complete: the directory at the end of the zip "
                   "is not there, or lists other entries; make it again");
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
        return !fan_copy_layers_is_zip(layers) || finish_zip(x, layers);
    return fail(x, "%s", text);
}

static bool extract_read(fan_copy_extract *x, fan_copy_extract_pull_fn *pull, void *state)
{
    char text[FAN_COPY_EXTRACT_TEXT];
    fan_copy_layers layers;
    locale_t before = uselocale(x->locale);
    bool good = fan_copy_layers_open(&layers, pull, state, text, sizeof text)
                    ? read_entries(x, &layers)
                    : fail(x, "%s", text);
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
    fan_copy_known_set(&x->known, "", S_IFDIR);
    x->judge = (fan_copy_judge){.unsafe = x->options.unsafe,
                                .owners = x->options.archive && geteuid() == 0};
}

static void extract_close(fan_copy_extract *x)
{
    if (x == NULL)
        return;
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
        if (!full_path(x, path, full) || !fan_copy_below_ends(x->options.root, full))
            return refuse(x, path, "is a symbolic link that leads outside");
    }
    return true;
}

static bool finish_old_directories(fan_copy_extract *x)
{
    char full[PATH_MAX];
    for (size_t i = 0; i < x->old.count; i++) {
        const fan_copy_later_item *old = &x->old.items[i];
        const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, old->modified};
        if (!full_path(x, old->path, full) ||
            utimensat(AT_FDCWD, full, times, AT_SYMLINK_NOFOLLOW) != 0)
            return fail_entry(x, old->path, "cannot set the times");
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
        return fail_entry(x, ".", "cannot set the mode");
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
