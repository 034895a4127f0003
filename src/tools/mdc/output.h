/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file output.h  HDF5 files that get their names when they are whole, and the permissions of the
 * file that they are made from.
 */
#ifndef FAN_TOOLS_MDC_OUTPUT_H
#define FAN_TOOLS_MDC_OUTPUT_H

#include "base/status.h"
#include "tools/mdc/dataset.h"

#include <limits.h>

/**
 * Make an empty file under a temporary name beside `file_name`, for its owner only.
 *
 * @param temporary  receives the name; has PATH_MAX bytes
 * @return FAN_ERR_SYSTEM with a text
 */
fan_status fan_mdctool_output_begin(const char *file_name, char *temporary);

/** It is whole: give it its permissions and its name. FAN_ERR_SYSTEM with a text. */
fan_status fan_mdctool_output_commit(const char *temporary, const char *file_name, mode_t mode);

/** It is not to be. */
void fan_mdctool_output_discard(const char *temporary);

/** As fan_mdctool_dataset_create, under a temporary name beside `file_name`. */
fan_mdctool_dataset fan_mdctool_output_create(const char *file_name, const char *path,
                                              const fan_mdctool_dataset *like,
                                              const int64_t extent[]);

/** Close it and rename it. */
void fan_mdctool_output_finish(fan_mdctool_dataset *dataset, const char *file_name);

#endif
