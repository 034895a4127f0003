/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file extract.h  A dataset or a group of an HDF5 file as a file of its own. For
 * programs: needs neither MPI nor libfanout_hdf5.
 */
#ifndef FAN_TOOLS_MDC_EXTRACT_H
#define FAN_TOOLS_MDC_EXTRACT_H

#include "base/status.h"
#include "os/path.h"

/**
 * Write an object of the file at `path`, with its attributes and all that is below it, to the file
 * `target`, under the same name (groups above it are made, without their attributes) and with the
 * permissions of the file. What is at `target` is replaced when all is written. Soft and external
 * links are copied as they are; references to objects become null. Datasets with data elsewhere (in
 * external storage, or as virtual datasets with sources that the copy would lack) are refused. A
 * child process does it: where a damaged file makes HDF5 crash, or hang at an object, that is a
 * failure here.
 *
 * @return FAN_ERR_SYSTEM with the reason in fan_fail_text(), and with `target` as it was
 */
fan_status fan_mdctool_extract(const char *path, const char *object, const char *target);

#endif
