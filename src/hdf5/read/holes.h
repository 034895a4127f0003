/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file holes.h  Elements that H5Dread leaves alone in memory: they were never written, and the
 * dataset has no value for such elements (H5D_FILL_TIME_NEVER).
 *
 * HDF5 does not tell which they are. They are found by reading twice, into memory that differs.
 * Where there may be any, a byte travels behind each element: 1 if it is one.
 */
#ifndef FAN_HDF5_READ_HOLES_H
#define FAN_HDF5_READ_HOLES_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * Whether H5Dread of the dataset may leave elements alone. True of every virtual dataset, whose
 * sources are not looked at. Local.
 */
bool fan_h5_holes_possible(hid_t dataset);

/** Fill memory before the first (0) or second (1) read. */
void fan_h5_holes_prepare(unsigned char *elements, size_t bytes, int read);

/** Whether element `i` of `size` bytes is still as that left it. */
bool fan_h5_holes_untouched(const unsigned char *elements, size_t i, size_t size, int read);

#endif
