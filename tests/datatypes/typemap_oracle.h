/* SPDX-License-Identifier: BSD-3-Clause */
/** @file typemap_oracle.h  Is a typemap right? MPI_Pack and MPI_Unpack know. */
#ifndef FAN_TESTS_TYPEMAP_ORACLE_H
#define FAN_TESTS_TYPEMAP_ORACLE_H

#include "tests/common/random.h"

#include <mpi.h>
#include <stdbool.h>

/** What was found out about (count, datatype). */
typedef struct verdict {
    const char *wrong; /**< NULL: all agrees with MPI; else what does not */
    bool dense;        /**< the data is one piece in memory, in order */
    bool unpacked;     /**< no two elements overlap, so that unpacking was compared as well */
} verdict;

/**
 * Compare length, density, packing (whole and in random pieces) and unpacking (random pieces in
 * random order, into memory whose holes must not change) of a type with MPI, which is asked about
 * `judge`: a committed type of the same bytes at the same places. It is the same type, but where
 * MPI itself is wrong: Open MPI 5.0.7 misreads hvectors of complex numbers (doc/datatypes.md).
 */
verdict typemap_check(MPI_Datatype type, MPI_Datatype judge, int count, random_state *state);

#endif
