/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file parts.h  Descriptors in HDF5 files.
 *
 * Each is a file of its own that is readable alone: a dataset with the path, type, filters and
 * attributes of the original and a k-th of its elements. What makes it a descriptor are these
 * attributes of the dataset, all of them 64-bit integers with one value for each axis:
 * fanout_mdc_extent (of the original), fanout_mdc_factor, fanout_mdc_residue.
 */
#ifndef FAN_TOOLS_MDC_PARTS_H
#define FAN_TOOLS_MDC_PARTS_H

#include "tools/mdc/dataset.h"

#define FAN_MDC_ATTRIBUTE "fanout_mdc_"

typedef struct fan_mdctool_part {
    fan_mdctool_dataset dataset;
    fan_mdc_lattice lattice; /**< of the original */
    int64_t descriptor;
} fan_mdctool_part;

/** Files that are open at a time. */
enum { FAN_MDC_MOST_DESCRIPTORS = 4096 };

/** Whether the factors, each at least 1, make no more descriptors than that. */
bool fan_mdctool_part_count_fits(const fan_mdc_lattice *lattice);

/** OUTPUT.dNNN.h5 for OUTPUT or OUTPUT.h5. For the caller to free. */
char *fan_mdctool_part_name(const char *output, int64_t descriptor, int64_t descriptors);

/** Create a descriptor's file under a temporary name; `like` is the original. */
fan_mdctool_part fan_mdctool_part_create(const char *file_name, const fan_mdctool_dataset *like,
                                         const fan_mdc_lattice *lattice, int64_t descriptor);

/** Close what was created and give it its name. */
void fan_mdctool_part_finish(fan_mdctool_part *part, const char *file_name);

/** Open a descriptor for reading. */
fan_mdctool_part fan_mdctool_part_open(const char *name);

#endif
