/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/open/other_files.h"

#include "hdf5/objects/outside.h"
#include "hdf5/objects/walk.h"

static const char advice[] = "set fanout_h5_external=allow if all ranks can read that";

enum { VALUE_BYTES = 512 };

static bool refuse_link(void *state, hid_t group, const char *name, size_t value_bytes,
                        const char *path)
{
    char value[VALUE_BYTES] = "";
    const char *file = "", *object = "";
    unsigned flags;
    fan_h5_errors *errors = state;
    if (value_bytes > sizeof value ||
        H5Lget_val(group, name, value, sizeof value, H5P_DEFAULT) < 0 ||
        H5Lunpack_elink_val(value, value_bytes, &flags, &file, &object) < 0)
        return fan_h5_fail(errors, "%s is a link to another file; %s", path, advice);
    return fan_h5_fail(errors, "%s is a link to %s in the file %s; %s", path, object, file, advice);
}

static bool check_dataset(void *state, hid_t dataset, const char *path)
{
    char text[FAN_H5_OUTSIDE_BYTES];
    fan_h5_errors *errors = state;
    return !fan_h5_outside_data(dataset, path, text) || fan_h5_fail(errors, "%s; %s", text, advice);
}

bool fan_h5_is_self_contained(hid_t file, fan_h5_apart_report *report, fan_h5_errors *errors)
{
    const fan_h5_walk walk = {check_dataset, refuse_link, errors, fan_h5_apart_step, report};
    if (fan_h5_walk_from(file, "", &walk) == FAN_H5_WALK_NO_MEMORY)
        return fan_h5_fail(errors, "no memory to look at the objects of the file");
    return fan_h5_good(errors);
}
