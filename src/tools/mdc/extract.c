/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/extract.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REASON_BYTES = 400 };

/* The innermost message says what was wrong: it comes first. */
static herr_t take_reason(unsigned n, const H5E_error2_t *error, void *reason)
{
    if (n == 0 && error->desc != NULL)
        snprintf(reason, REASON_BYTES, "%s", error->desc);
    return 0;
}

static fan_status failure(const char *what, const char *name)
{
    char reason[REASON_BYTES] = "HDF5 gives no reason";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, reason);
    return fan_fail(FAN_ERR_SYSTEM, "cannot %s %s: %s", what, name, reason);
}

static fan_status copy_object(hid_t from, const char *object, hid_t to)
{
    hid_t names = H5Pcreate(H5P_LINK_CREATE);
    bool good = names >= 0 && H5Pset_create_intermediate_group(names, 1) >= 0 &&
                H5Ocopy(from, object, to, object, H5P_DEFAULT, names) >= 0;
    fan_status status = good ? FAN_OK : failure("copy", object);
    if (names >= 0)
        H5Pclose(names);
    return status;
}

static fan_status copy_to(hid_t from, const char *object, const char *target)
{
    hid_t to = H5Fcreate(target, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (to < 0)
        return failure("create", target);
    fan_status status = copy_object(from, object, to);
    if (H5Fclose(to) < 0 && status == FAN_OK)
        status = failure("write", target);
    if (status != FAN_OK)
        unlink(target);
    return status;
}

static fan_status extract(const char *path, const char *object, const char *target)
{
    hid_t from = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (from < 0)
        return failure("open", path);
    fan_status status = copy_to(from, object, target);
    H5Fclose(from);
    return status;
}

fan_status fan_mdctool_extract(const char *path, const char *object, const char *target)
{
    H5E_auto2_t print;
    void *data;
    H5Eget_auto2(H5E_DEFAULT, &print, &data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    fan_status status = extract(path, object, target);
    H5Eset_auto2(H5E_DEFAULT, print, data);
    return status;
}
