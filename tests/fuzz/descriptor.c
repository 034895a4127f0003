/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors that fanout-mdc reads: a dataset, and what its attributes say of the original. */
#include "config.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hdf5_values.h"
#include "tools/mdc/parts.h"

#include <stdlib.h>

enum { MOST_AXES = 4, MOST_EXTENT = 6 };

static void write_descriptor(const char *path, fuzz_input *input)
{
    hsize_t extent[MOST_AXES];
    unsigned axes = fuzz_take_below(input, MOST_AXES);
    for (unsigned i = 0; i < axes; i++)
        extent[i] = fuzz_take_below(input, MOST_EXTENT);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = fuzz_hdf5_type(fuzz_take_below(input, FUZZ_TYPES - 1)),
          space = H5Screate_simple((int)axes, extent, NULL);
    hid_t dataset = H5Dcreate2(file, "data", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    fuzz_hdf5_attribute(dataset, FAN_MDC_ATTRIBUTE "extent", axes, input);
    fuzz_hdf5_attribute(dataset, FAN_MDC_ATTRIBUTE "factor", axes, input);
    fuzz_hdf5_attribute(dataset, FAN_MDC_ATTRIBUTE "residue", axes, input);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
}

static void read_descriptor(const char *path)
{
    fan_mdctool_part part = fan_mdctool_part_open(path);
    int64_t extent[FAN_MDC_AXES];
    int64_t elements = fan_mdc_extent(&part.lattice, part.descriptor, extent);
    fuzz_assert(part.descriptor >= 0 && part.descriptor < fan_mdc_descriptors(&part.lattice));
    for (int i = 0; i < part.dataset.axes; i++)
        fuzz_assert(extent[i] == part.dataset.extent[i]);
    if (elements > 0 && part.dataset.axes > 0) {
        void *data = fan_mdctool_allocate((size_t)elements, part.dataset.bytes);
        fan_mdctool_dataset_read(&part.dataset, 0, extent[0], data);
        free(data);
    }
    fan_mdctool_dataset_close(&part.dataset);
}

static const char *name;

static void parse(fuzz_input input)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    write_descriptor(name, &input);
    read_descriptor(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    name = fuzz_file(data, 0);
    fuzz_in_child(parse, data, size);
    fuzz_remove();
    return 0;
}
