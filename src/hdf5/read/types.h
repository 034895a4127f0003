/* SPDX-License-Identifier: BSD-3-Clause */
/** @file types.h  In which type elements travel. */
#ifndef FAN_HDF5_READ_TYPES_H
#define FAN_HDF5_READ_TYPES_H

#include <hdf5.h>
#include <stdbool.h>

/** NULL if elements of the type mean the same in any process; else what it has, for a message. */
const char *fan_h5_type_obstacle(hid_t type);

/** Who converts elements. */
typedef enum fan_h5_conversion {
    FAN_H5_BY_RECEIVERS, /**< from the dataset's type */
    FAN_H5_BY_ANYBODY,   /**< the root's memory type is not larger */
    FAN_H5_BY_ROOT,      /**< to its memory type */
} fan_h5_conversion;

/**
 * Receivers convert if the dataset's type is smaller than the root's memory type, or if the memory
 * type has members that the dataset lacks, or is another one with gaps between members: those must
 * stay as they are in each receiver's memory.
 * Otherwise the root converts if `only_root`.
 */
fan_h5_conversion fan_h5_choose_conversion(hid_t file_type, hid_t mem_type, bool only_root);

#endif
