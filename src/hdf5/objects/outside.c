/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/objects/outside.h"

#include <stdio.h>
#include <string.h>

enum { FILE_NAME_BYTES = 256 };

/* ---- virtual datasets ---- */

static bool visit_sources(hid_t properties, fan_h5_outside_visit *visit, void *state)
{
    size_t sources = 0;
    char file[FAN_H5_OUTSIDE_NAME_BYTES], dataset[FAN_H5_OUTSIDE_NAME_BYTES];
    H5Pget_virtual_count(properties, &sources);
    for (size_t i = 0; i < sources; i++)
        if (H5Pget_virtual_filename(properties, i, file, sizeof file) >= 0 &&
            H5Pget_virtual_dsetname(properties, i, dataset, sizeof dataset) >= 0 &&
            !visit(state, file, dataset))
            return false;
    return true;
}

bool fan_h5_outside_sources(hid_t dataset, fan_h5_outside_visit *visit, void *state)
{
    hid_t properties = H5Dget_create_plist(dataset);
    if (properties < 0)
        return true;
    bool good = H5Pget_layout(properties) != H5D_VIRTUAL || visit_sources(properties, visit, state);
    H5Pclose(properties);
    return good;
}

typedef struct place {
    const char *path;
    char *text;
} place;

static bool is_own_file(void *state, const char *file, const char *dataset)
{
    (void)dataset;
    const place *p = state;
    if (strcmp(file, ".") == 0)
        return true;
    snprintf(p->text, FAN_H5_OUTSIDE_BYTES,
             "data of the virtual dataset %.250s is in the file %.250s", p->path, file);
    return false;
}

/* ---- external raw data ---- */

static bool has_external(hid_t dataset, const place *p)
{
    char file[FILE_NAME_BYTES] = "";
    off_t offset;
    hsize_t bytes;
    hid_t properties = H5Dget_create_plist(dataset);
    bool found = properties >= 0 && H5Pget_external_count(properties) > 0;
    if (found) {
        H5Pget_external(properties, 0, sizeof file - 1, file, &offset, &bytes);
        snprintf(p->text, FAN_H5_OUTSIDE_BYTES, "the data of %.250s is in the file %s", p->path,
                 file);
    }
    if (properties >= 0)
        H5Pclose(properties);
    return found;
}

bool fan_h5_outside_data(hid_t dataset, const char *path, char *text)
{
    place p = {path, text};
    return has_external(dataset, &p) || !fan_h5_outside_sources(dataset, is_own_file, &p);
}
