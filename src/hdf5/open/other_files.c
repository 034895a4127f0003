/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/open/other_files.h"

#include <string.h>

static const char advice[] = "set fanout_h5_external=allow if all ranks can read that";

enum { STOP = 1, NAME_BYTES = 256 };

static bool refuse_link(hid_t group, const char *name, size_t value_bytes, fan_h5_errors *errors)
{
    char value[2 * NAME_BYTES] = "";
    const char *file = "", *object = "";
    unsigned flags;
    if (value_bytes > sizeof value ||
        H5Lget_val(group, name, value, sizeof value, H5P_DEFAULT) < 0 ||
        H5Lunpack_elink_val(value, value_bytes, &flags, &file, &object) < 0)
        return fan_h5_fail(errors, "/%s is a link to another file; %s", name, advice);
    return fan_h5_fail(errors, "/%s is a link to %s in the file %s; %s", name, object, file,
                       advice);
}

static bool check_external_data(hid_t properties, const char *name, fan_h5_errors *errors)
{
    char file[NAME_BYTES] = "";
    off_t offset;
    hsize_t bytes;
    if (H5Pget_external_count(properties) <= 0)
        return true;
    H5Pget_external(properties, 0, sizeof file - 1, file, &offset, &bytes);
    return fan_h5_fail(errors, "the data of /%s is in the file %s; %s", name, file, advice);
}

/* "." is the file itself. */
static bool check_virtual_sources(hid_t properties, const char *name, fan_h5_errors *errors)
{
    size_t sources = 0;
    if (H5Pget_virtual_count(properties, &sources) < 0)
        return fan_h5_fail_by_hdf5(errors, "the sources of /%s cannot be read", name);
    for (size_t i = 0; i < sources; i++) {
        char file[NAME_BYTES] = "";
        if (H5Pget_virtual_filename(properties, i, file, sizeof file) < 0)
            return fan_h5_fail_by_hdf5(errors, "the sources of /%s cannot be read", name);
        if (strcmp(file, ".") != 0)
            return fan_h5_fail(errors, "data of the virtual dataset /%s is in the file %s; %s",
                               name, file, advice);
    }
    return true;
}

static bool check_dataset(hid_t dataset, const char *name, fan_h5_errors *errors)
{
    hid_t properties = H5Dget_create_plist(dataset);
    if (properties < 0)
        return fan_h5_fail_by_hdf5(errors, "the properties of /%s cannot be read", name);
    bool good = H5Pget_layout(properties) == H5D_VIRTUAL
                    ? check_virtual_sources(properties, name, errors)
                    : check_external_data(properties, name, errors);
    H5Pclose(properties);
    return good;
}

static bool check_object(hid_t group, const char *name, fan_h5_errors *errors)
{
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        return fan_h5_fail_by_hdf5(errors, "/%s cannot be opened", name);
    bool good = H5Iget_type(object) != H5I_DATASET || check_dataset(object, name, errors);
    H5Oclose(object);
    return good;
}

/*
 * What a soft link leads to has a hard link as well, or does not exist. Other kinds of links are
 * the program's own.
 */
static herr_t check_link(hid_t group, const char *name, const H5L_info_t *info, void *state)
{
    fan_h5_errors *errors = state;
    bool good = true;
    if (info->type == H5L_TYPE_EXTERNAL)
        good = refuse_link(group, name, info->u.val_size, errors);
    else if (info->type == H5L_TYPE_HARD)
        good = check_object(group, name, errors);
    return good ? 0 : STOP;
}

bool fan_h5_is_self_contained(hid_t file, fan_h5_errors *errors)
{
    if (H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, check_link, errors) < 0)
        return fan_h5_fail_by_hdf5(errors, "not all objects of the file can be looked at");
    return fan_h5_good(errors);
}
