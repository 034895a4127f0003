/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/dataset.h"

#include "compat/hdf5_calls.h"
#include "hdf5/objects/reason.h"
#include "os/cleanup.h"
#include "os/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { REASON_BYTES = 400 };

void fan_mdctool_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("fanout-mdc: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    fan_os_cleanup_run(NULL);
    exit(1);
}

hid_t fan_mdctool_need(hid_t result, const char *what, const char *name)
{
    char reason[REASON_BYTES];
    if (result >= 0)
        return result;
    fan_h5_reason(reason, sizeof reason);
    fan_mdctool_die("%s: cannot %s: %s", name, what, reason);
}

void *fan_mdctool_allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        fan_mdctool_die("out of memory");
    return memory;
}

static char *copy_text(const char *text)
{
    char *copy = fan_mdctool_allocate(strlen(text) + 1, 1);
    strcpy(copy, text);
    return copy;
}

mode_t fan_mdctool_mode(const char *path)
{
    struct stat found;
    mode_t owner = S_IRUSR | S_IWUSR;
    if (stat(path, &found) != 0)
        return owner;
    bool has_list = getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
    return found.st_mode & (has_list ? S_IRWXU : S_IRWXU | S_IRWXG | S_IRWXO);
}

/* ---- opening ---- */

static herr_t note_dataset(hid_t object, const char *name, const fan_compat_object_info *info,
                           void *state)
{
    (void)object;
    char **found = state;
    if (info->type != H5O_TYPE_DATASET)
        return 0;
    if (*found != NULL)
        return 1; /* a second one */
    *found = copy_text(name);
    return 0;
}

static char *find_only_dataset(hid_t file, const char *name)
{
    char *found = NULL;
    herr_t result = fan_compat_visit(file, note_dataset, &found);
    if (result > 0)
        fan_mdctool_die("%s: has more than one dataset; name one: %s:/DATASET", name, name);
    if (result < 0 || found == NULL)
        fan_mdctool_die("%s: has no dataset", name);
    return found;
}

/* A file whose own name has ":/" comes first. */
static void split_name(fan_mdctool_dataset *d, const char *name)
{
    const char *file, *object;
    d->file_name = copy_text(name);
    if (access(name, F_OK) != 0 && fan_os_split_object_path(d->file_name, &file, &object))
        d->path = copy_text(object);
}

static fan_mdc_type kind_of(hid_t type)
{
    if (H5Tequal(type, H5T_NATIVE_FLOAT) > 0)
        return FAN_MDC_FLOAT;
    return H5Tequal(type, H5T_NATIVE_DOUBLE) > 0 ? FAN_MDC_DOUBLE : FAN_MDC_OTHER;
}

/* Numbers as this machine has them; whatever else, as it is in the file. */
static void find_type(fan_mdctool_dataset *d)
{
    hid_t stored = fan_mdctool_need(H5Dget_type(d->dataset), "find its type", d->path);
    if (H5Tdetect_class(stored, H5T_VLEN) > 0 || H5Tis_variable_str(stored) > 0)
        fan_mdctool_die("%s: its elements have no fixed size", d->path);
    H5T_class_t type_class = H5Tget_class(stored);
    bool is_number = type_class == H5T_FLOAT || type_class == H5T_INTEGER;
    d->type =
        fan_mdctool_need(is_number ? H5Tget_native_type(stored, H5T_DIR_DEFAULT) : H5Tcopy(stored),
                         "use its type", d->path);
    d->kind = kind_of(d->type);
    d->bytes = H5Tget_size(d->type);
    H5Tclose(stored);
}

static void find_fill(fan_mdctool_dataset *d)
{
    H5D_fill_value_t defined;
    hid_t properties =
        fan_mdctool_need(H5Dget_create_plist(d->dataset), "find its properties", d->path);
    fan_mdctool_need(H5Pfill_value_defined(properties, &defined), "find its fill value", d->path);
    if (defined == H5D_FILL_VALUE_USER_DEFINED) {
        d->fill = fan_mdctool_allocate(1, d->bytes);
        fan_mdctool_need(H5Pget_fill_value(properties, d->type, d->fill), "find its fill value",
                         d->path);
    }
    H5Pclose(properties);
}

static void find_extent(fan_mdctool_dataset *d)
{
    hsize_t extent[H5S_MAX_RANK];
    hid_t space = fan_mdctool_need(H5Dget_space(d->dataset), "find its extent", d->path);
    if (H5Sget_simple_extent_type(space) != H5S_SIMPLE)
        fan_mdctool_die("%s: is not an array", d->path);
    d->axes = (int)fan_mdctool_need(H5Sget_simple_extent_dims(space, extent, NULL),
                                    "find its extent", d->path);
    hsize_t most = INT64_MAX / d->bytes;
    for (int i = 0; i < d->axes; i++) {
        if (extent[i] > most)
            fan_mdctool_die("%s: it has more bytes than a file can", d->path);
        most /= MAX(extent[i], 1);
        d->extent[i] = (int64_t)extent[i];
    }
    H5Sclose(space);
}

fan_mdctool_dataset fan_mdctool_dataset_open(const char *name)
{
    fan_mdctool_dataset d = {.file = -1};
    split_name(&d, name);
    d.file =
        fan_mdctool_need(H5Fopen(d.file_name, H5F_ACC_RDONLY, H5P_DEFAULT), "open it", d.file_name);
    if (d.path == NULL)
        d.path = find_only_dataset(d.file, d.file_name);
    d.mode = fan_mdctool_mode(d.file_name);
    d.dataset = fan_mdctool_need(H5Dopen2(d.file, d.path, H5P_DEFAULT), "open the dataset", d.path);
    find_type(&d);
    find_extent(&d);
    find_fill(&d);
    return d;
}

/* ---- filters ---- */

/* What HDF5 says of a plugin that it does not find is about the last directory it looked in. */
static void need_filters(const fan_mdctool_dataset *d)
{
    hid_t properties = H5Dget_create_plist(d->dataset);
    for (int i = 0; i < H5Pget_nfilters(properties); i++) {
        char name[80] = "";
        size_t values = 0;
        unsigned flags, about;
        H5Z_filter_t filter = H5Pget_filter2(properties, (unsigned)i, &flags, &values, NULL,
                                             sizeof name, name, &about);
        if (filter >= 0 && H5Zfilter_avail(filter) <= 0)
            fan_mdctool_die("%s: its filter %d%s%s is not installed; HDF5_PLUGIN_PATH names the "
                            "directories with such plugins",
                            d->path, filter, name[0] != '\0' ? ", " : "", name);
    }
    H5Pclose(properties);
}

/* The result of a call that needs the filters of `d`. */
static hid_t need_filtered(const fan_mdctool_dataset *d, hid_t result, const char *what)
{
    char reason[REASON_BYTES];
    if (result >= 0)
        return result;
    fan_h5_reason(reason, sizeof reason);
    need_filters(d);
    fan_mdctool_die("%s: cannot %s: %s", d->path, what, reason);
}

/* ---- creating ---- */

static bool is_empty(const fan_mdctool_dataset *d)
{
    bool empty = false;
    for (int i = 0; i < d->axes; i++)
        empty |= d->extent[i] == 0;
    return empty;
}

/* Chunks and filters of the other dataset, as far as they fit. */
static hid_t properties_like(const fan_mdctool_dataset *like, const fan_mdctool_dataset *d)
{
    hid_t properties =
        fan_mdctool_need(H5Dget_create_plist(like->dataset), "find its properties", like->path);
    if (H5Pget_layout(properties) != H5D_CHUNKED || is_empty(d)) {
        H5Pclose(properties);
        properties = H5Pcreate(H5P_DATASET_CREATE);
    } else {
        hsize_t chunk[H5S_MAX_RANK];
        H5Pget_chunk(properties, d->axes, chunk);
        for (int i = 0; i < d->axes; i++)
            chunk[i] = MIN(chunk[i], (hsize_t)d->extent[i]);
        H5Pset_chunk(properties, d->axes, chunk);
    }
    if (like->fill != NULL)
        H5Pset_fill_value(properties, like->type, like->fill);
    return properties;
}

fan_mdctool_dataset fan_mdctool_dataset_create(const char *file_name, const char *path,
                                               const fan_mdctool_dataset *like,
                                               const int64_t extent[])
{
    hsize_t size[H5S_MAX_RANK];
    fan_mdctool_dataset d = {.file_name = copy_text(file_name),
                             .path = copy_text(path),
                             .kind = like->kind,
                             .bytes = like->bytes,
                             .mode = like->mode,
                             .axes = like->axes};
    for (int i = 0; i < d.axes; i++) {
        d.extent[i] = extent[i];
        size[i] = (hsize_t)extent[i];
    }
    d.type = H5Tcopy(like->type);
    d.file = fan_mdctool_need(H5Fcreate(file_name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                              "create it", file_name);
    hid_t stored = H5Dget_type(like->dataset), space = H5Screate_simple(d.axes, size, NULL);
    hid_t properties = properties_like(like, &d), links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    d.dataset =
        need_filtered(like, H5Dcreate2(d.file, path, stored, space, links, properties, H5P_DEFAULT),
                      "create the dataset");
    H5Pclose(links);
    H5Pclose(properties);
    H5Sclose(space);
    H5Tclose(stored);
    return d;
}

typedef struct copying {
    const fan_mdctool_dataset *to;
    const char *except; /* prefix of the names that are left out */
} copying;

static bool is_copied(const copying *c, const char *name, hid_t type)
{
    return strncmp(name, c->except, strlen(c->except)) != 0 &&
           H5Tdetect_class(type, H5T_REFERENCE) <= 0;
}

static herr_t copy_attribute(hid_t from, const char *name, const H5A_info_t *info, void *state)
{
    (void)info;
    const copying *c = state;
    hid_t attribute = H5Aopen(from, name, H5P_DEFAULT), type = H5Aget_type(attribute),
          space = H5Aget_space(attribute);
    herr_t result = 0;
    if (is_copied(c, name, type)) {
        size_t count = (size_t)H5Sget_simple_extent_npoints(space);
        void *data = fan_mdctool_allocate(count, H5Tget_size(type));
        hid_t copy = H5Acreate2(c->to->dataset, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
        if (copy < 0 || H5Aread(attribute, type, data) < 0 || H5Awrite(copy, type, data) < 0)
            result = -1;
        else
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, data);
        H5Aclose(copy);
        free(data);
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return result;
}

void fan_mdctool_dataset_copy_attributes(const fan_mdctool_dataset *from,
                                         const fan_mdctool_dataset *to, const char *except)
{
    copying c = {.to = to, .except = except};
    fan_mdctool_need(
        H5Aiterate2(from->dataset, H5_INDEX_NAME, H5_ITER_INC, NULL, copy_attribute, &c),
        "copy its attributes", from->path);
}

/* ---- slabs ---- */

int64_t fan_mdctool_dataset_row(const fan_mdctool_dataset *dataset)
{
    int64_t elements = 1;
    for (int i = 1; i < dataset->axes; i++)
        elements *= dataset->extent[i];
    return elements;
}

/*
 * The rows [first, first + rows): read them to `into`, or, if that is NULL, write them from `from`.
 */
static void transfer_rows(const fan_mdctool_dataset *d, int64_t first, int64_t rows, void *into,
                          const void *from)
{
    if (rows == 0 || is_empty(d))
        return;
    hsize_t start[H5S_MAX_RANK] = {(hsize_t)first}, count[H5S_MAX_RANK] = {(hsize_t)rows};
    for (int i = 1; i < d->axes; i++)
        count[i] = (hsize_t)d->extent[i];
    hid_t file = fan_mdctool_need(H5Dget_space(d->dataset), "find its extent", d->path);
    hid_t memory = H5Screate_simple(d->axes, count, NULL);
    fan_mdctool_need(H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL),
                     "select rows", d->path);
    if (into != NULL)
        need_filtered(d, H5Dread(d->dataset, d->type, memory, file, H5P_DEFAULT, into), "read");
    else
        fan_mdctool_need(H5Dwrite(d->dataset, d->type, memory, file, H5P_DEFAULT, from), "write",
                         d->file_name);
    H5Sclose(memory);
    H5Sclose(file);
}

void fan_mdctool_dataset_read(const fan_mdctool_dataset *d, int64_t first, int64_t rows, void *data)
{
    transfer_rows(d, first, rows, data, NULL);
}

void fan_mdctool_dataset_write(const fan_mdctool_dataset *d, int64_t first, int64_t rows,
                               const void *data)
{
    transfer_rows(d, first, rows, NULL, data);
}

void fan_mdctool_dataset_close(fan_mdctool_dataset *d)
{
    H5Tclose(d->type);
    H5Dclose(d->dataset);
    fan_mdctool_need(H5Fclose(d->file), "write", d->file_name);
    free(d->file_name);
    free(d->path);
    free(d->fill);
    *d = (fan_mdctool_dataset){.file = -1};
}
