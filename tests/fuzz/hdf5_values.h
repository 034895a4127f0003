/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file hdf5_values.h  HDF5 files with what the input says. Bytes of a whole HDF5 file would test
 * the HDF5 library, which is known to crash on some; so files are good ones, with types, shapes and
 * values that nobody expects.
 */
#ifndef FAN_TESTS_HDF5_VALUES_H
#define FAN_TESTS_HDF5_VALUES_H

#include "tests/fuzz/fuzz.h"

#include <hdf5.h>

/** A type of the file; FUZZ_TYPES of them. For the caller to close. */
enum { FUZZ_TYPES = 8 };
hid_t fuzz_hdf5_type(unsigned n);

/** An attribute: mostly of 64-bit integers, and as many as `count` says. */
void fuzz_hdf5_attribute(hid_t object, const char *name, unsigned count, fuzz_input *input);

#endif
