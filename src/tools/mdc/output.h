/* SPDX-License-Identifier: BSD-3-Clause */
/** @file output.h  HDF5 files that get their names when they are whole. */
#ifndef FAN_TOOLS_MDC_OUTPUT_H
#define FAN_TOOLS_MDC_OUTPUT_H

#include "tools/mdc/dataset.h"

/** As fan_mdctool_dataset_create, under a temporary name beside `file_name`. */
fan_mdctool_dataset fan_mdctool_output_create(const char *file_name, const char *path,
                                              const fan_mdctool_dataset *like,
                                              const int64_t extent[]);

/** Close it and rename it. */
void fan_mdctool_output_finish(fan_mdctool_dataset *dataset, const char *file_name);

#endif
