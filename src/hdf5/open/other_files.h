/* SPDX-License-Identifier: BSD-3-Clause */
/** @file other_files.h  Does a file refer to other files, which only the root may have? */
#ifndef FAN_HDF5_OPEN_OTHER_FILES_H
#define FAN_HDF5_OPEN_OTHER_FILES_H

#include "hdf5/common/errors.h"
#include "hdf5/objects/apart.h"

/**
 * Look at all links and datasets of `file`. False, with the failure recorded, if one is an external
 * link, has external raw data or is a virtual dataset with a source in another file. What HDF5
 * cannot open leads nowhere.
 *
 * @param report  receives the steps, and at which object it is
 */
bool fan_h5_is_self_contained(hid_t file, fan_h5_apart_report *report, fan_h5_errors *errors);

#endif
