/* SPDX-License-Identifier: BSD-3-Clause */
/** @file signature.h  Random type signatures, and the basic types that they consist of. */
#ifndef FAN_TESTS_SIGNATURE_H
#define FAN_TESTS_SIGNATURE_H

#include "tests/common/random.h"

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

enum { SIGNATURE_BASICS = 3, BASIC_COUNT = 6, PAIR_COUNT = 4 };

typedef struct basic_type {
    MPI_Datatype type;
    const char *name;
    int size;
} basic_type;

/** Predefined types of two values. */
typedef struct pair_type {
    MPI_Datatype type;
    const char *name;
    int first, second; /**< basic types */
    int place;         /**< of the second */
} pair_type;

extern const basic_type basics[BASIC_COUNT];
extern const pair_type pairs[PAIR_COUNT];

/** A type signature: a few basic types, the same again and again. */
typedef struct signature {
    int count;                    /**< of the basic types */
    int basics[SIGNATURE_BASICS]; /**< which, as indices of basics */
    int repeats;
    bool by_doubles; /**< random_layout: two MPI_DOUBLE for each MPI_C_DOUBLE_COMPLEX */
} signature;

signature random_signature(random_state *state);

/** Length of the packed stream. */
size_t signature_bytes(const signature *s);

#endif
