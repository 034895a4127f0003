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

/** What memory is filled with before the first read of a block, and before the second. */
typedef struct fan_h5_holes_marks {
    unsigned char of[2];
} fan_h5_holes_marks;

/** To begin with. */
fan_h5_holes_marks fan_h5_holes_first_marks(void);

/**
 * Marks for blocks that are like this one: bytes of which none of its elements consists, or few if
 * there are no such bytes. Data that looks like the mark makes the second read necessary.
 */
fan_h5_holes_marks fan_h5_holes_choose_marks(const unsigned char *elements, size_t count,
                                             size_t size);

/** Whether element `i` of `size` bytes consists of the mark. */
bool fan_h5_holes_untouched(const unsigned char *elements, size_t i, size_t size,
                            unsigned char mark);

#endif
