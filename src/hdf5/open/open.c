/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "compat/mpi_calls.h"
#include "fanout_hdf5.h"
#include "hdf5/common/agree.h"
#include "hdf5/open/image.h"
#include "hdf5/open/other_files.h"
#include "hdf5/open/source_file.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds for one object, where the parameter timeout is not set. */
static const double PATIENCE = 20;

static const char external_key[] = "fanout_h5_external";

/* What the root tells the others. */
typedef struct announcement {
    int64_t bytes;
    bool allow_other_files;
    char path[PATH_MAX];
} announcement;

typedef struct opening {
    announcement announced;
    MPI_Info parameters;       /* of the stream, on the root */
    fan_h5_source_file source; /* on the root */
    fan_h5_image *image;
} opening;

/* ---- what the root is given ---- */

static bool take_external(opening *o, fan_h5_errors *errors)
{
    char value[MPI_MAX_INFO_VAL + 1] = "";
    int found, code = fan_compat_info_get(o->parameters, external_key, sizeof value, value, &found);
    if (code == MPI_SUCCESS && !found)
        return true;
    /* To libfanout an unknown key fanout_* is an error. */
    if (code == MPI_SUCCESS)
        code = MPI_Info_delete(o->parameters, external_key);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(errors, code, "the MPI_Info cannot be read");
    o->announced.allow_other_files = strcmp(value, "allow") == 0;
    if (!o->announced.allow_other_files && strcmp(value, "refuse") != 0)
        return fan_h5_fail(errors, "%s is '%s'; it must be allow or refuse", external_key, value);
    return true;
}

static bool take_info(opening *o, MPI_Info info, fan_h5_errors *errors)
{
    if (info == MPI_INFO_NULL)
        return true;
    int code = MPI_Info_dup(info, &o->parameters);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(errors, code, "the MPI_Info cannot be copied");
    return take_external(o, errors);
}

static void prepare_root(opening *o, const char *path, MPI_Info info, fan_h5_errors *errors)
{
    if (!take_info(o, info, errors) || !fan_h5_source_open(&o->source, path, errors))
        return;
    o->announced.bytes = o->source.before.st_size;
    snprintf(o->announced.path, sizeof o->announced.path, "%s", path);
}

static bool prepare(fan_h5_call *call, opening *o, const char *path, unsigned flags, MPI_Info info)
{
    if (flags != H5F_ACC_RDONLY)
        fan_h5_fail(&call->errors,
                    "the flags are %u; a file can be opened with H5F_ACC_RDONLY only", flags);
    else if (fan_h5_is_root(call))
        prepare_root(o, path, info, &call->errors);
    if (!fan_h5_agree(call, NULL))
        return false;
    int code = PMPI_Bcast(&o->announced, sizeof o->announced, MPI_BYTE, call->root, call->comm);
    if (code != MPI_SUCCESS)
        fan_h5_fail_by_mpi(&call->errors, code, "MPI_Bcast");
    return fan_h5_agree(call, NULL);
}

/* ---- the bytes ---- */

/* A parameter of libfanout. False, with the failure recorded, if it cannot be had. */
static bool get_parameter(fan_h5_call *call, const char *key, char *value, int size)
{
    MPI_Info used;
    int found, code = fanout_comm_get_info(call->comm, &used);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "fanout_comm_get_info");
    value[0] = '\0';
    fan_compat_info_get(used, key, size, value, &found);
    MPI_Info_free(&used);
    return true;
}

static bool may_share(fan_h5_call *call)
{
    char value[8];
    return get_parameter(call, "fanout_shared_memory", value, sizeof value) &&
           strcmp(value, "1") == 0;
}

static int read_piece(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    opening *o = state;
    return fan_h5_source_read(&o->source, offset, buffer, bytes);
}

static int keep_piece(void *state, MPI_Count offset, const void *data, size_t bytes)
{
    opening *o = state;
    return fan_h5_image_fill(o->image, offset, data, bytes);
}

/* A source that fails is known on all ranks, but only the root can say why. */
static void judge(fan_h5_call *call, int code)
{
    int type_class = MPI_SUCCESS;
    if (code != MPI_SUCCESS)
        MPI_Error_class(code, &type_class);
    if (type_class != MPI_SUCCESS &&
        (fan_h5_is_root(call) || type_class != fanout_error_class(FANOUT_ERR_SOURCE)))
        fan_h5_fail_by_mpi(&call->errors, code, "the file was not delivered");
}

/*
 * Between the ranks that fill an image. The root is the first of them, because the values of the
 * first rank apply to all.
 */
static bool deliver(fan_h5_call *call, opening *o)
{
    MPI_Comm filling;
    int color = o->image->filled_here ? 0 : MPI_UNDEFINED,
        key = fan_h5_is_root(call) ? 0 : call->rank + 1;
    int code = MPI_Comm_split(call->comm, color, key, &filling);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "MPI_Comm_split");
    if (filling != MPI_COMM_NULL) {
        MPI_Comm_set_errhandler(filling, MPI_ERRORS_RETURN);
        judge(call, fanout_stream(o->announced.bytes, read_piece, keep_piece, o, 0, filling,
                                  o->parameters));
        MPI_Comm_free(&filling);
    }
    if (fan_h5_is_root(call))
        fan_h5_source_close(&o->source);
    return fan_h5_agree(call, NULL);
}

/* ---- the file ---- */

/*
 * HDF5 does not accept an image for a file that exists, and tries to open it; so the name is one
 * for which no file system has to be asked. But if other files may be opened, HDF5 looks for them
 * in the directory of this one. To HDF5, files with the same name are one file: it would not look
 * at the second image.
 */
static void make_name(const announcement *a, char *name, size_t size)
{
    static atomic_uint images;
    unsigned number = atomic_fetch_add(&images, 1);
    if (a->allow_other_files)
        snprintf(name, size, "%s.fanout-image-%u", a->path, number);
    else
        snprintf(name, size, "/dev/null/fanout-image-%u/%s", number, a->path);
}

static hid_t open_once(opening *o, fan_h5_errors *errors)
{
    char name[PATH_MAX + 64];
    make_name(&o->announced, name, sizeof name);
    return fan_h5_image_open(o->image, name, o->announced.path, errors);
}

/* ---- the look ---- */

/* An image that cannot be opened here cannot be opened later either: that is when it is told. */
static void look(void *state, fan_h5_apart_report *report)
{
    opening *o = state;
    fan_h5_errors errors = {.stack = H5I_INVALID_HID};
    hid_t file = open_once(o, &errors);
    if (file < 0)
        return;
    fan_h5_is_self_contained(file, report, &errors);
    snprintf(report->result, sizeof report->result, "%s", errors.text);
    H5Fclose(file);
}

static double find_patience(fan_h5_call *call)
{
    char value[32];
    double seconds = get_parameter(call, "fanout_timeout", value, sizeof value) ? atof(value) : 0;
    return seconds > 0 ? seconds : PATIENCE;
}

/* In this process, HDF5 1.10 would keep traces of an object that it could not open. */
static void look_for_other_files(fan_h5_call *call, opening *o)
{
    fan_h5_apart_report report;
    fan_h5_apart_end end = fan_h5_apart(look, o, find_patience(call), &report);
    if (end == FAN_H5_APART_NO_PROCESS)
        look(o, &report);
    if (end == FAN_H5_APART_DONE || end == FAN_H5_APART_NO_PROCESS) {
        if (report.result[0] != '\0')
            fan_h5_fail(&call->errors, "%s", report.result);
        return;
    }
    fan_h5_fail(&call->errors,
                "%s: HDF5 %s when it opens %s (%s), so the file is damaged; without a search for "
                "other files (fanout_h5_external=allow) the rest may be usable",
                o->announced.path, end == FAN_H5_APART_CRASHED ? "crashes" : "hangs",
                report.place[0] != '\0' ? report.place : "/", report.reason);
}

/* ---- opening ---- */

static hid_t open_image(fan_h5_call *call, opening *o)
{
    if (fan_h5_is_root(call) && !o->announced.allow_other_files)
        look_for_other_files(call, o);
    hid_t file = fan_h5_good(&call->errors) ? open_once(o, &call->errors) : H5I_INVALID_HID;
    if (fan_h5_agree(call, NULL))
        return file;
    if (file >= 0)
        H5Fclose(file);
    return H5I_INVALID_HID;
}

static hid_t open_on_all(fan_h5_call *call, opening *o, const char *path, unsigned flags,
                         MPI_Info info)
{
    if (!prepare(call, o, path, flags, info))
        return H5I_INVALID_HID;
    o->image = fan_h5_image_make(call, (size_t)o->announced.bytes, may_share(call));
    hid_t file = H5I_INVALID_HID;
    if (fan_h5_agree(call, NULL) && deliver(call, o))
        file = open_image(call, o);
    if (o->image != NULL)
        fan_h5_image_drop(o->image);
    return file;
}

hid_t fanout_h5_open(const char *path, unsigned flags, int root, MPI_Comm comm, MPI_Info info)
{
    fan_h5_call call;
    opening o = {.parameters = MPI_INFO_NULL, .source.descriptor = -1};
    hid_t file = H5I_INVALID_HID;
    if (fan_h5_call_begin(&call, __func__, root, comm))
        file = open_on_all(&call, &o, path, flags, info);
    if (o.source.descriptor >= 0)
        fan_h5_source_close(&o.source);
    if (o.parameters != MPI_INFO_NULL)
        MPI_Info_free(&o.parameters);
    return fan_h5_call_end(&call) < 0 ? H5I_INVALID_HID : file;
}
