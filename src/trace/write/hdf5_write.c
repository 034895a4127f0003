/* SPDX-License-Identifier: BSD-3-Clause */
/* The module that libfanout.so loads to write a trace. */
#include "config.h"

#include "trace/write/hdf5_types.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RANKS, BROADCASTS, TRANSFERS, TABLES };

/* Records in memory are collected, for HDF5 is slow with a few at a time. */
enum { RECORDS_IN_CHUNK = 4096, DEFLATE_LEVEL = 1 };

typedef struct table {
    hid_t dataset, type;
    size_t record_bytes;
    hsize_t written;
    char *records; /* [RECORDS_IN_CHUNK] */
    size_t count;
} table;

struct fan_record_file {
    hid_t file, group;
    table tables[TABLES];
    char failure[FAN_TRACE_TEXT]; /* the first one */
};

/* HDF5's own messages would go to standard error in the middle of the program's. */
typedef struct quiet {
    H5E_auto2_t function;
    void *data;
} quiet;

static quiet be_quiet(void)
{
    quiet before;
    H5Eget_auto2(H5E_DEFAULT, &before.function, &before.data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return before;
}

static void be_loud(quiet before)
{
    H5Eset_auto2(H5E_DEFAULT, before.function, before.data);
}

static bool need(fan_record_file *f, bool fine, const char *what)
{
    if (!fine && f->failure[0] == '\0')
        snprintf(f->failure, sizeof f->failure, "HDF5 cannot %s%s%s", what, errno != 0 ? ": " : "",
                 errno != 0 ? strerror(errno) : "");
    return fine;
}

/* ---- tables ---- */

static void create_table(fan_record_file *f, int which, const char *name, hid_t type,
                         size_t record_bytes)
{
    static const hsize_t none = 0, unlimited = H5S_UNLIMITED, chunk = RECORDS_IN_CHUNK;
    table *t = &f->tables[which];
    hid_t space = H5Screate_simple(1, &none, &unlimited),
          properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 1, &chunk);
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, DEFLATE_LEVEL);
    *t = (table){.type = type,
                 .record_bytes = record_bytes,
                 .records = malloc(RECORDS_IN_CHUNK * record_bytes)};
    t->dataset = H5Dcreate2(f->group, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    need(f, t->dataset >= 0 && t->records != NULL, "make a dataset");
    H5Pclose(properties);
    H5Sclose(space);
}

static void flush(fan_record_file *f, table *t)
{
    hsize_t count = t->count, end = t->written + count;
    if (count == 0 || f->failure[0] != '\0')
        return;
    errno = 0;
    bool extended = need(f, H5Dset_extent(t->dataset, &end) >= 0, "extend a dataset");
    hid_t memory = H5Screate_simple(1, &count, NULL), space = H5Dget_space(t->dataset);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &t->written, NULL, &count, NULL);
    need(f, extended && H5Dwrite(t->dataset, t->type, memory, space, H5P_DEFAULT, t->records) >= 0,
         "write a dataset");
    H5Sclose(space);
    H5Sclose(memory);
    t->written = end;
    t->count = 0;
}

static void append(fan_record_file *f, int which, const void *records, size_t count)
{
    quiet before = be_quiet();
    table *t = &f->tables[which];
    for (size_t i = 0; i < count && f->failure[0] == '\0'; i++) {
        memcpy(t->records + t->count++ * t->record_bytes,
               (const char *)records + i * t->record_bytes, t->record_bytes);
        if (t->count == RECORDS_IN_CHUNK)
            flush(f, t);
    }
    be_loud(before);
}

static void append_ranks(fan_record_file *f, const fan_record_rank *ranks, size_t count)
{
    append(f, RANKS, ranks, count);
}

static void append_broadcasts(fan_record_file *f, const fan_record_broadcast *broadcasts,
                              size_t count)
{
    append(f, BROADCASTS, broadcasts, count);
}

static void append_transfers(fan_record_file *f, const fan_transfer *transfers, size_t count)
{
    append(f, TRANSFERS, transfers, count);
}

/* ---- files ---- */

static void set_attribute(fan_record_file *f, hid_t object, const char *name, hid_t type,
                          const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    need(f, attribute >= 0 && H5Awrite(attribute, type, value) >= 0, "set an attribute");
    H5Aclose(attribute);
    H5Sclose(space);
}

static void write_explanation(fan_record_file *f, const char *words)
{
    quiet before = be_quiet();
    hid_t type = H5Tcopy(H5T_C_S1);
    errno = 0;
    H5Tset_size(type, strlen(words) + 1);
    set_attribute(f, f->group, FAN_TRACE_EXPLANATION, type, words);
    H5Tclose(type);
    be_loud(before);
}

static void make_group(fan_record_file *f, bool append_to, const fan_record_communicator *of)
{
    static const int version = FAN_TRACE_VERSION;
    char name[32];
    snprintf(name, sizeof name, "communicator%d", of->number);
    if (!append_to)
        set_attribute(f, f->file, "version", H5T_NATIVE_INT, &version);
    f->group = H5Gcreate2(f->file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (!need(f, f->group >= 0, "make a group"))
        return;
    set_attribute(f, f->group, "id", H5T_NATIVE_UINT64, &of->id);
    set_attribute(f, f->group, "size", H5T_NATIVE_INT32, &of->size);
    set_attribute(f, f->group, "epoch", H5T_NATIVE_DOUBLE, &of->epoch);
    create_table(f, RANKS, "ranks", fan_hdf5_rank_type(), sizeof(fan_record_rank));
    create_table(f, BROADCASTS, "broadcasts", fan_hdf5_broadcast_type(),
                 sizeof(fan_record_broadcast));
    create_table(f, TRANSFERS, "transfers", fan_hdf5_transfer_type(), sizeof(fan_transfer));
}

static void release(fan_record_file *f)
{
    for (int i = 0; i < TABLES; i++) {
        table *t = &f->tables[i];
        if (t->records == NULL)
            continue;
        flush(f, t);
        H5Dclose(t->dataset);
        H5Tclose(t->type);
        free(t->records);
    }
    if (f->group >= 0)
        H5Gclose(f->group);
    errno = 0;
    if (f->file >= 0)
        need(f, H5Fclose(f->file) >= 0, "close the file");
}

/* Of the first `length` characters of `path`. */
static bool is_link(const char *path, size_t length)
{
    char prefix[PATH_MAX];
    struct stat found;
    snprintf(prefix, sizeof prefix, "%.*s", (int)length, path);
    return lstat(prefix, &found) == 0 && S_ISLNK(found.st_mode);
}

/* Can others write the directory that these characters of `path` are in? */
static bool is_among_others(const char *path, size_t length)
{
    char parent[PATH_MAX];
    struct stat found;
    while (length > 0 && path[length - 1] != '/')
        length--;
    snprintf(parent, sizeof parent, "%.*s.", (int)length, path);
    return stat(parent, &found) == 0 && (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/*
 * Others can make a link there that leads to any file of ours. In /tmp, where the sticky bit is
 * set, they cannot put it in the place of a file that is there already and ours.
 */
static bool goes_through_link_of_others(const char *path)
{
    size_t length = 0;
    do {
        length += strspn(path + length, "/");
        length += strcspn(path + length, "/");
        if (is_link(path, length) && is_among_others(path, length))
            return true;
    } while (path[length] != '\0');
    return false;
}

/* HDF5 does not say in a word why a file cannot be opened; the system does. */
static bool can_open(const char *path, char text[FAN_TRACE_TEXT])
{
    if (goes_through_link_of_others(path)) {
        snprintf(text, FAN_TRACE_TEXT,
                 "there is a symbolic link in a directory that others can write; name the file "
                 "that it leads to");
        return false;
    }
    int no_link = is_among_others(path, strlen(path)) ? O_NOFOLLOW : 0;
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | no_link, 0666);
    if (file < 0)
        snprintf(text, FAN_TRACE_TEXT, "%s", strerror(errno));
    else
        close(file);
    return file >= 0;
}

static fan_record_file *open_file(const char *path, bool append_to,
                                  const fan_record_communicator *of, char text[FAN_TRACE_TEXT])
{
    fan_record_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        snprintf(text, FAN_TRACE_TEXT, "no memory");
    if (f == NULL || !can_open(path, text)) {
        free(f);
        return NULL;
    }
    quiet before = be_quiet();
    errno = 0;
    f->group = H5I_INVALID_HID;
    f->file = append_to ? H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT)
                        : H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (need(f, f->file >= 0, "open the file"))
        make_group(f, append_to, of);
    if (f->failure[0] != '\0') {
        release(f);
        snprintf(text, FAN_TRACE_TEXT, "%s", f->failure);
        free(f);
        f = NULL;
    }
    be_loud(before);
    return f;
}

static bool close_file(fan_record_file *f, char text[FAN_TRACE_TEXT])
{
    quiet before = be_quiet();
    release(f);
    be_loud(before);
    bool fine = f->failure[0] == '\0';
    snprintf(text, FAN_TRACE_TEXT, "%s", f->failure);
    free(f);
    return fine;
}

extern const fan_record_writer fan_record_module;
const fan_record_writer fan_record_module = {
    .open = open_file,
    .ranks = append_ranks,
    .broadcasts = append_broadcasts,
    .transfers = append_transfers,
    .explanation = write_explanation,
    .close = close_file,
};
