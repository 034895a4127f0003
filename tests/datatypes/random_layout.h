/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file random_layout.h  Random datatypes with a given signature, and where their bytes lie in
 * memory.
 *
 * Where they lie is worked out from the definition of each constructor: neither our typemap nor
 * MPI's packing is asked.
 */
#ifndef FAN_TESTS_RANDOM_LAYOUT_H
#define FAN_TESTS_RANDOM_LAYOUT_H

#include "tests/datatypes/signature.h"

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LAYOUT_TEXT = 2000 };

/** A buffer argument of a broadcast. */
typedef struct layout {
    MPI_Datatype type; /**< not committed */
    int count;
    int64_t *places; /**< of each byte of the packed stream, in bytes from the buffer address */
    size_t bytes;
    int64_t lowest, highest; /**< of the places; 0 and -1 if there are none */
    char text[LAYOUT_TEXT];  /**< the constructors, outermost first */
} layout;

/** One of very many (count, datatype) with this signature; no two bytes lie in one place. */
layout random_layout(random_state *state, const signature *s);

void layout_free(layout *l);

#endif
