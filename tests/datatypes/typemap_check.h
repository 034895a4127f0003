/* SPDX-License-Identifier: BSD-3-Clause */
/** @file typemap_check.h  A check of one datatype, and short names for what it is made of. */
#ifndef FAN_TESTS_TYPEMAP_CHECK_H
#define FAN_TESTS_TYPEMAP_CHECK_H

#include "tests/common/random.h"
#include "tests/common/tap.h"
#include "tests/datatypes/datatypes.h"
#include "tests/datatypes/typemap_oracle.h"

#include <mpi.h>

enum { C = MPI_ORDER_C, F = MPI_ORDER_FORTRAN };
enum { BLOCK = MPI_DISTRIBUTE_BLOCK, CYCLIC = MPI_DISTRIBUTE_CYCLIC, NONE = MPI_DISTRIBUTE_NONE };
enum { STANDARD = MPI_DISTRIBUTE_DFLT_DARG };

#define INTS(...)  ((const int[]){__VA_ARGS__})
#define AINTS(...) ((const MPI_Aint[]){__VA_ARGS__})
#define TYPES(...) ((const MPI_Datatype[]){__VA_ARGS__})

/** Several counts of one type; frees it. */
static inline void check(const char *name, MPI_Datatype type)
{
    static random_state seed = UINT64_C(20240229);
    static const int counts[] = {1, 0, 2, 3, 7};
    verdict found = {.wrong = NULL};
    int count = 0;
    MPI_Type_commit(&type);
    for (size_t i = 0; i < sizeof counts / sizeof *counts && found.wrong == NULL; i++) {
        count = counts[i];
        found = typemap_check(type, type, count, &seed);
    }
    tap_ok(found.wrong == NULL, "%s", name);
    if (found.wrong != NULL)
        printf("# count %d: %s\n", count, found.wrong);
    datatype_release(type);
}

#endif
