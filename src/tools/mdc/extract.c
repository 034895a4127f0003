/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/extract.h"

#include "hdf5/objects/apart.h"
#include "hdf5/objects/outside.h"
#include "hdf5/objects/reason.h"
#include "hdf5/objects/walk.h"
#include "os/temporary.h"
#include "tools/mdc/output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REASON_BYTES = 400, PATIENCE = 20 /* seconds for one object */ };

static const char advice[] = "a copy of the object would be without it; store it in the file first";

typedef struct extraction {
    const char *path, *object, *target;
    hid_t from, to;
    fan_h5_apart_report *report;
    bool has_own_sources; /* virtual datasets with sources in the file itself */
    fan_status status;
} extraction;

static fan_status failure(const char *what, const char *name)
{
    char reason[REASON_BYTES];
    fan_h5_reason(reason, sizeof reason);
    return fan_fail(FAN_ERR_SYSTEM, "cannot %s %s: %s", what, name, reason);
}

/* ---- data that is elsewhere ---- */

static bool note_source(void *state, const char *file, const char *dataset)
{
    (void)file, (void)dataset;
    extraction *e = state;
    e->has_own_sources = true;
    return true;
}

static bool refuse_outside(void *state, hid_t dataset, const char *path)
{
    char text[FAN_H5_OUTSIDE_BYTES];
    extraction *e = state;
    if (!fan_h5_outside_data(dataset, path, text))
        return fan_h5_outside_sources(dataset, note_source, e);
    e->status = fan_fail(FAN_ERR_SYSTEM, "cannot copy %s: %s; %s", e->object, text, advice);
    return false;
}

static bool has_dataset(hid_t file, const char *name)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    return dataset >= 0 && H5Dclose(dataset) >= 0;
}

/* A source with a pattern for a name stands for many: they are not looked for. */
static bool find_source(void *state, const char *file, const char *dataset)
{
    (void)file;
    extraction *e = state;
    if (strchr(dataset, '%') == NULL &&
        (!has_dataset(e->from, dataset) || has_dataset(e->to, dataset)))
        return true;
    e->status = fan_fail(FAN_ERR_SYSTEM,
                         "cannot copy %s: data of a virtual dataset in it is in the dataset %s; %s",
                         e->object, dataset, advice);
    return false;
}

static bool find_sources(void *state, hid_t dataset, const char *path)
{
    (void)path;
    return fan_h5_outside_sources(dataset, find_source, state);
}

static fan_status look(extraction *e, bool (*at_dataset)(void *, hid_t, const char *))
{
    const fan_h5_walk walk = {.at_dataset = at_dataset,
                              .state = e,
                              .at_step = fan_h5_apart_step,
                              .step_state = e->report};
    fan_h5_apart_step(e->report, e->object);
    hid_t top = H5Oopen(e->from, e->object, H5P_DEFAULT);
    if (top < 0)
        return failure("copy", e->object);
    if (fan_h5_walk_from(top, e->object, &walk) == FAN_H5_WALK_NO_MEMORY)
        e->status = fan_fail(FAN_ERR_MEMORY, "cannot copy %s: out of memory", e->object);
    H5Oclose(top);
    return e->status;
}

/* ---- the copy ---- */

static fan_status copy_object(extraction *e)
{
    atomic_store(&e->report->long_step, true);
    fan_h5_apart_step(e->report, e->object);
    hid_t names = H5Pcreate(H5P_LINK_CREATE);
    bool good = names >= 0 && H5Pset_create_intermediate_group(names, 1) >= 0 &&
                H5Ocopy(e->from, e->object, e->to, e->object, H5P_DEFAULT, names) >= 0;
    fan_status status = good ? FAN_OK : failure("copy", e->object);
    if (names >= 0)
        H5Pclose(names);
    return status;
}

static fan_status fill(extraction *e, const char *temporary)
{
    e->to = H5Fcreate(temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (e->to < 0)
        return failure("create", e->target);
    fan_status status = copy_object(e);
    if (status == FAN_OK && e->has_own_sources)
        status = look(e, find_sources);
    if (H5Fclose(e->to) < 0 && status == FAN_OK)
        status = failure("write", e->target);
    return status;
}

static fan_status write_target(extraction *e)
{
    char temporary[PATH_MAX];
    fan_status status = fan_mdctool_output_begin(e->target, temporary);
    if (status != FAN_OK)
        return status;
    status = fill(e, temporary);
    if (status == FAN_OK)
        status = fan_mdctool_output_commit(temporary, e->target, fan_mdctool_mode(e->path));
    if (status != FAN_OK)
        fan_mdctool_output_discard(temporary);
    return status;
}

static fan_status extract(extraction *e)
{
    e->from = H5Fopen(e->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (e->from < 0)
        return failure("open", e->path);
    fan_status status = look(e, refuse_outside);
    if (status == FAN_OK)
        status = write_target(e);
    H5Fclose(e->from);
    return status;
}

/* ---- in a process of its own, as HDF5 may crash ---- */

static void extract_apart(void *state, fan_h5_apart_report *report)
{
    extraction *e = state;
    e->report = report;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (extract(e) != FAN_OK)
        snprintf(report->result, sizeof report->result, "%s", fan_fail_text());
}

static void remove_rest(const char *target)
{
    char temporary[PATH_MAX];
    if (fan_os_temporary_name(target, FAN_COPY_PART, temporary, sizeof temporary))
        unlink(temporary);
}

static fan_status judge(const extraction *e, fan_h5_apart_end end,
                        const fan_h5_apart_report *report)
{
    if (end == FAN_H5_APART_NO_PROCESS)
        return fan_fail(FAN_ERR_SYSTEM, "cannot copy %s: no process for it: %s", e->object,
                        report->reason);
    if (end == FAN_H5_APART_DONE)
        return report->result[0] == '\0' ? FAN_OK : fan_fail(FAN_ERR_SYSTEM, "%s", report->result);
    remove_rest(e->target);
    return fan_fail(FAN_ERR_SYSTEM, "cannot copy %s: HDF5 %s at %s (%s): the file %s is damaged",
                    e->object, end == FAN_H5_APART_CRASHED ? "crashes" : "hangs", report->place,
                    report->reason, e->path);
}

fan_status fan_mdctool_extract(const char *path, const char *object, const char *target)
{
    extraction e = {.path = path, .object = object, .target = target};
    fan_h5_apart_report report;
    return judge(&e, fan_h5_apart(extract_apart, &e, PATIENCE, &report), &report);
}
