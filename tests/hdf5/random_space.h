/* SPDX-License-Identifier: BSD-3-Clause */
/** @file random_space.h  Dataspaces with random selections of all kinds. */
#ifndef FAN_TESTS_RANDOM_SPACE_H
#define FAN_TESTS_RANDOM_SPACE_H

#include "tests/common/random.h"

#include <hdf5.h>

enum { MOST_DIMENSIONS = 4 };

/** A shape of at most about `elements` elements. Returns the number of dimensions, at least 1. */
int random_shape(random_state *state, int elements, hsize_t *shape);

/**
 * Select everything, nothing, points, a regular or an irregular hyperslab, now and then with an
 * offset. May select nothing.
 */
void random_selection(random_state *state, hid_t space);

#endif
