/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/read/hdf5_read.h"

#include "base/array.h"
#include "trace/write/hdf5_types.h"
#include "tune/algorithm_names.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_RANKS = 1 << 24, MOST_TEXT = 1 << 16, MOST_SUBFILES = 1 << 15 };

void fan_runs_free(fan_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        fan_run_free(&runs->runs[i]);
    free(runs->runs);
    *runs = (fan_runs){0};
}

/* ---- HDF5 ---- */

/* More values than one would be written behind `value`. */
static bool is_one_value(hid_t attribute)
{
    hid_t space = H5Aget_space(attribute);
    bool one = H5Sget_simple_extent_npoints(space) == 1;
    H5Sclose(space);
    return one;
}

static bool read_attribute(hid_t object, const char *name, hid_t type, void *value)
{
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    bool done = attribute >= 0 && is_one_value(attribute) && H5Aread(attribute, type, value) >= 0;
    if (attribute >= 0)
        H5Aclose(attribute);
    return done;
}

/* False if the dataset has not one dimension. */
static bool find_extent(hid_t dataset, size_t *count)
{
    hsize_t extent = 0;
    hid_t space = H5Dget_space(dataset);
    bool fits = H5Sget_simple_extent_ndims(space) == 1 &&
                H5Sget_simple_extent_dims(space, &extent, NULL) == 1;
    H5Sclose(space);
    *count = (size_t)extent;
    return fits;
}

/* All records of a dataset; NULL: failed. Closes `type`. */
static void *read_table(hid_t group, const char *name, hid_t type, size_t record_bytes,
                        size_t *count)
{
    void *records = NULL;
    hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    *count = 0;
    if (dataset >= 0) {
        if (find_extent(dataset, count) && *count < SIZE_MAX / record_bytes)
            records = calloc(*count + 1, record_bytes);
        if (records != NULL && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, records) < 0) {
            free(records);
            records = NULL;
        }
        H5Dclose(dataset);
    }
    H5Tclose(type);
    return records;
}

/* A text of at most MOST_TEXT characters; NULL: there is none. */
static char *read_text(hid_t group, const char *name)
{
    if (H5Aexists(group, name) <= 0)
        return NULL;
    hid_t attribute = H5Aopen(group, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    size_t length = H5Tget_size(type);
    bool is_text = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
                   length <= MOST_TEXT && is_one_value(attribute);
    char *text = is_text ? calloc(length + 1, 1) : NULL;
    if (text != NULL && H5Aread(attribute, type, text) < 0)
        text[0] = '\0';
    H5Tclose(type);
    H5Aclose(attribute);
    return text;
}

/* ---- what no trace has ---- */

static bool is_transfer(const fan_transfer *t, int size)
{
    return t->broadcast >= 0 && t->rank >= 0 && t->rank < size && t->peer >= -1 && t->peer < size &&
           t->subfile >= 0 && t->kind < FAN_TRANSFER_KINDS && t->hop < FAN_HOPS && t->offset >= 0 &&
           t->bytes >= 0 && isfinite(t->begin) && (t->kind != FAN_TRANSFER_SEND || t->peer >= 0) &&
           (t->kind != FAN_TRANSFER_MEMORY || t->peer >= 0) &&
           (t->kind != FAN_TRANSFER_RECEIVE || t->peer >= 0) && !(t->end < t->begin) &&
           !isinf(t->end);
}

static bool is_broadcast(const fan_record_broadcast *b, int size)
{
    return b->number >= 0 && b->root >= 0 && b->root < size && b->bytes >= 0 && b->subfiles >= 0 &&
           b->descriptors >= 0 && b->subfiles < MOST_SUBFILES && b->algorithm >= 0 &&
           b->algorithm < FAN_ALGORITHMS;
}

/* Names of hosts get into pictures. */
static void clean_host(fan_record_rank *r)
{
    r->host[sizeof r->host - 1] = '\0';
    for (char *at = r->host; *at != '\0'; at++)
        if (*at <= ' ' || *at >= 127 || strchr("<>&\"'", *at) != NULL)
            *at = '?';
}

/* It is printed: a terminal must not take it for commands. */
static void clean_text(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        if (*at != '\n' && (*at < ' ' || *at >= 127))
            *at = '?';
}

/* Put ranks where they belong. */
static bool place_ranks(fan_run *run, const fan_record_rank *ranks, size_t count)
{
    run->ranks = calloc((size_t)run->size, sizeof *run->ranks);
    if (run->ranks == NULL)
        return false;
    for (int rank = 0; rank < run->size; rank++)
        run->ranks[rank].rank = -1;
    for (size_t i = 0; i < count; i++) {
        int rank = ranks[i].rank;
        if (rank < 0 || rank >= run->size)
            return false;
        run->ranks[rank] = ranks[i];
        clean_host(&run->ranks[rank]);
    }
    return true;
}

static bool is_sound(const fan_run *run)
{
    for (size_t i = 0; i < run->broadcast_count; i++)
        if (!is_broadcast(&run->broadcasts[i], run->size))
            return false;
    for (size_t i = 0; i < run->transfer_count; i++)
        if (!is_transfer(&run->transfers[i], run->size))
            return false;
    return true;
}

/* ---- one communicator ---- */

static bool read_group(hid_t group, fan_run *run)
{
    int32_t size = 0;
    size_t rank_count;
    if (!read_attribute(group, "id", H5T_NATIVE_UINT64, &run->id) ||
        !read_attribute(group, "size", H5T_NATIVE_INT32, &size) || size < 1 || size > MOST_RANKS)
        return false;
    run->size = size;
    fan_record_rank *ranks =
        read_table(group, "ranks", fan_hdf5_rank_type(), sizeof *ranks, &rank_count);
    run->broadcasts = read_table(group, "broadcasts", fan_hdf5_broadcast_type(),
                                 sizeof *run->broadcasts, &run->broadcast_count);
    run->transfers = read_table(group, "transfers", fan_hdf5_transfer_type(),
                                sizeof *run->transfers, &run->transfer_count);
    run->explanation = read_text(group, FAN_TRACE_EXPLANATION);
    if (run->explanation != NULL)
        clean_text(run->explanation);
    bool sound = ranks != NULL && run->broadcasts != NULL && run->transfers != NULL &&
                 place_ranks(run, ranks, rank_count) && is_sound(run);
    free(ranks);
    return sound;
}

/* ---- files ---- */

typedef struct reading {
    fan_runs *runs;
    const char *path;
    fan_status status;
} reading;

static fan_status put(fan_runs *runs, fan_run *run)
{
    for (size_t i = 0; i < runs->count; i++)
        if (runs->runs[i].id == run->id)
            return fan_run_merge(&runs->runs[i], run);
    if (!fan_array_reserve(&runs->runs, &runs->room, runs->count + 1, sizeof *runs->runs)) {
        fan_run_free(run);
        return fan_fail(FAN_ERR_MEMORY, "no memory for a trace");
    }
    runs->runs[runs->count++] = *run;
    return FAN_OK;
}

static herr_t visit(hid_t file, const char *name, const H5L_info_t *info, void *state)
{
    (void)info;
    reading *r = state;
    fan_run run = {0};
    hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    bool sound = group >= 0 && read_group(group, &run);
    if (group >= 0)
        H5Gclose(group);
    if (sound) {
        r->status = put(r->runs, &run);
    } else {
        fan_run_free(&run);
        r->status =
            fan_fail(FAN_ERR_ARGUMENT, "%s: %s is damaged or not part of a trace", r->path, name);
    }
    return r->status == FAN_OK ? 0 : -1;
}

static fan_status read_file(fan_runs *runs, hid_t file, const char *path)
{
    int version = 0;
    reading r = {.runs = runs, .path = path};
    if (!read_attribute(file, "version", H5T_NATIVE_INT, &version))
        return fan_fail(FAN_ERR_ARGUMENT, "%s: not a trace of libfanout", path);
    if (version != FAN_TRACE_VERSION)
        return fan_fail(FAN_ERR_ARGUMENT, "%s: format version %d; this program reads version %d",
                        path, version, FAN_TRACE_VERSION);
    herr_t result = H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit, &r);
    if (result < 0 && r.status == FAN_OK)
        return fan_fail(FAN_ERR_ARGUMENT, "%s: is damaged", path);
    return r.status;
}

/* HDF5 does not say in a word why a file cannot be opened; the system does. */
static fan_status try_to_open(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fan_fail(FAN_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    close(file);
    return FAN_OK;
}

fan_status fan_runs_read(fan_runs *runs, const char *path)
{
    fan_status status = try_to_open(path);
    if (status != FAN_OK)
        return status;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return fan_fail(FAN_ERR_ARGUMENT, "%s: not an HDF5 file, or damaged or incomplete", path);
    status = read_file(runs, file, path);
    H5Fclose(file);
    return status;
}
