/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/output.h"
#include "tools/mdc/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTENT  FAN_MDC_ATTRIBUTE "extent"
#define FACTOR  FAN_MDC_ATTRIBUTE "factor"
#define RESIDUE FAN_MDC_ATTRIBUTE "residue"

char *fan_mdctool_part_name(const char *output, int64_t descriptor, int64_t descriptors)
{
    size_t length = strlen(output);
    if (length > 3 && strcmp(output + length - 3, ".h5") == 0)
        length -= 3;
    int digits = snprintf(NULL, 0, "%" PRId64, descriptors - 1);
    size_t room = length + (size_t)digits + 8;
    char *name = fan_mdctool_allocate(room, 1);
    snprintf(name, room, "%.*s.d%0*" PRId64 ".h5", (int)length, output, digits, descriptor);
    return name;
}

bool fan_mdctool_part_count_fits(const fan_mdc_lattice *lattice)
{
    int64_t count = 1;
    for (int i = 0; i < lattice->axes && count <= FAN_MDC_MOST_DESCRIPTORS; i++) {
        if (lattice->factor[i] > FAN_MDC_MOST_DESCRIPTORS)
            return false;
        count *= lattice->factor[i];
    }
    return count <= FAN_MDC_MOST_DESCRIPTORS;
}

static void write_attribute(const fan_mdctool_dataset *d, const char *name, const int64_t values[])
{
    hsize_t count = (hsize_t)d->axes;
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t attribute = fan_mdctool_need(
        H5Acreate2(d->dataset, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT),
        "write its attributes", d->file_name);
    fan_mdctool_need(H5Awrite(attribute, H5T_NATIVE_INT64, values), "write its attributes",
                     d->file_name);
    H5Aclose(attribute);
    H5Sclose(space);
}

static void read_attribute(const fan_mdctool_dataset *d, const char *name, int64_t values[])
{
    if (H5Aexists(d->dataset, name) <= 0)
        fan_mdctool_die("%s: not a descriptor: %s has no attribute %s", d->file_name, d->path,
                        name);
    hid_t attribute = fan_mdctool_need(H5Aopen(d->dataset, name, H5P_DEFAULT),
                                       "read its attributes", d->file_name);
    hid_t space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(space) != d->axes)
        fan_mdctool_die("%s: not a descriptor: its attribute %s does not have %d values",
                        d->file_name, name, d->axes);
    fan_mdctool_need(H5Aread(attribute, H5T_NATIVE_INT64, values), "read its attributes",
                     d->file_name);
    H5Sclose(space);
    H5Aclose(attribute);
}

fan_mdctool_part fan_mdctool_part_create(const char *file_name, const fan_mdctool_dataset *like,
                                         const fan_mdc_lattice *lattice, int64_t descriptor)
{
    fan_mdctool_part part = {.lattice = *lattice, .descriptor = descriptor};
    int64_t extent[FAN_MDC_AXES], residue[FAN_MDC_AXES];
    fan_mdc_extent(lattice, descriptor, extent);
    fan_mdc_residues(lattice, descriptor, residue);
    part.dataset = fan_mdctool_output_create(file_name, like->path, like, extent);
    fan_mdctool_dataset_copy_attributes(like, &part.dataset, FAN_MDC_ATTRIBUTE);
    write_attribute(&part.dataset, EXTENT, lattice->extent);
    write_attribute(&part.dataset, FACTOR, lattice->factor);
    write_attribute(&part.dataset, RESIDUE, residue);
    return part;
}

void fan_mdctool_part_finish(fan_mdctool_part *part, const char *file_name)
{
    fan_mdctool_output_finish(&part->dataset, file_name);
}

/* What the attributes say must fit the dataset: they may be damaged. */
static void check(fan_mdctool_part *part, const int64_t residue[])
{
    const fan_mdctool_dataset *d = &part->dataset;
    int64_t extent[FAN_MDC_AXES];
    bool good = true;
    for (int i = 0; i < d->axes; i++)
        good = good && part->lattice.extent[i] >= 0 && part->lattice.factor[i] >= 1 &&
               residue[i] >= 0 && residue[i] < part->lattice.factor[i];
    good = good && fan_mdctool_part_count_fits(&part->lattice);
    for (int i = 0; good && i < d->axes; i++)
        part->descriptor = part->descriptor * part->lattice.factor[i] + residue[i];
    if (good)
        fan_mdc_extent(&part->lattice, part->descriptor, extent);
    for (int i = 0; good && i < d->axes; i++)
        good = extent[i] == d->extent[i];
    if (!good)
        fan_mdctool_die("%s: its attributes do not fit its data", d->file_name);
}

fan_mdctool_part fan_mdctool_part_open(const char *name)
{
    fan_mdctool_part part = {.dataset = fan_mdctool_dataset_open(name)};
    int64_t residue[FAN_MDC_AXES];
    part.lattice.axes = part.dataset.axes;
    read_attribute(&part.dataset, EXTENT, part.lattice.extent);
    read_attribute(&part.dataset, FACTOR, part.lattice.factor);
    read_attribute(&part.dataset, RESIDUE, residue);
    check(&part, residue);
    return part;
}
