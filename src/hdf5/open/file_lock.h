/* SPDX-License-Identifier: BSD-3-Clause */
/** @file file_lock.h  HDF5's lock on files, by which writers keep readers away. */
#ifndef FAN_HDF5_OPEN_FILE_LOCK_H
#define FAN_HDF5_OPEN_FILE_LOCK_H

#include "hdf5/common/errors.h"

/**
 * Take the lock of a reader, as H5Fopen does: without waiting, and only if HDF5_USE_FILE_LOCKING,
 * or without that HDF5's own default, says so. It lasts until `descriptor` is closed. False, with
 * the failure recorded, if a writer has the file open, or if files cannot be locked there and
 * that may not be ignored.
 *
 * @param path  for the message
 */
bool fan_h5_file_lock(int descriptor, const char *path, fan_h5_errors *errors);

#endif
