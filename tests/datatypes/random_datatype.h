/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file random_datatype.h  Random nested MPI datatypes of every kind.
 *
 * None is empty, though parts may be: MPI_Pack of MPICH 4.0.2 divides by zero in some structs with
 * an empty member, and Open MPI 4.1.4 does not distribute an array of an empty type.
 */
#ifndef FAN_TESTS_RANDOM_DATATYPE_H
#define FAN_TESTS_RANDOM_DATATYPE_H

#include "tests/common/random.h"

#include <mpi.h>
#include <stdbool.h>

/**
 * Whether this MPI library misreads complex numbers (doc/datatypes.md), so that it is asked about
 * pairs of doubles. Nowhere else: the alignment of these may be another one, as in MPICH.
 */
#if defined(OPEN_MPI) && OMPI_MAJOR_VERSION >= 5
enum { MPI_MISREADS_COMPLEX = 1 };
#else
enum { MPI_MISREADS_COMPLEX = 0 };
#endif

/** Room for the words that describe a type. */
enum { RANDOM_DATATYPE_TEXT = 4096 };

/**
 * A type of `depth` levels, and the calls that made it, innermost first, appended to text. With
 * `by_doubles` each MPI_C_DOUBLE_COMPLEX in it is two MPI_DOUBLE instead, and all else the same:
 * see typemap_check.
 */
MPI_Datatype random_datatype(random_state *state, int depth, char *text, bool by_doubles);

#endif
