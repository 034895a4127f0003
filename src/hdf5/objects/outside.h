/* SPDX-License-Identifier: BSD-3-Clause */
/** @file outside.h  Data of datasets that is not in the dataset itself. */
#ifndef FAN_HDF5_OBJECTS_OUTSIDE_H
#define FAN_HDF5_OBJECTS_OUTSIDE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/** The longest text of fan_h5_outside_data, and the longest name of a source that it is told. */
enum { FAN_H5_OUTSIDE_BYTES = 700, FAN_H5_OUTSIDE_NAME_BYTES = 4096 };

/**
 * Whether data of a dataset is in another file: it has external raw data, or is a virtual dataset
 * with a source there. Local.
 *
 * @param path  of the dataset
 * @param text  of FAN_H5_OUTSIDE_BYTES; receives what is where, as in "the data of /a is in the
 *              file a.raw"
 */
bool fan_h5_outside_data(hid_t dataset, const char *path, char *text);

/** Is given a source of a virtual dataset; "." is its own file. Returns false to end. */
typedef bool fan_h5_outside_visit(void *state, const char *file, const char *dataset);

/** False if `visit` returned false for a source of the dataset. Only virtual ones have sources. */
bool fan_h5_outside_sources(hid_t dataset, fan_h5_outside_visit *visit, void *state);

#endif
