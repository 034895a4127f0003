/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file datatypes.h  Constructors of MPI datatypes that can be nested: each frees the types it is
 * given.
 *
 * Only predefined types survive their use. Arrays of the same length share one argument for it.
 */
#ifndef FAN_TESTS_DATATYPES_H
#define FAN_TESTS_DATATYPES_H

#include <mpi.h>

/** Free a derived type; leave a predefined one. */
void datatype_release(MPI_Datatype type);

MPI_Aint datatype_extent(MPI_Datatype type);

/** The bytes of memory that `count` elements span, from the buffer address. */
void datatype_span(MPI_Datatype type, int count, MPI_Aint *lowest, MPI_Aint *length);

MPI_Datatype duplicate(MPI_Datatype old);
MPI_Datatype contiguous(int count, MPI_Datatype old);
MPI_Datatype vector(int count, int length, int stride, MPI_Datatype old);
MPI_Datatype hvector(int count, int length, MPI_Aint stride, MPI_Datatype old);
MPI_Datatype indexed(int count, const int *lengths, const int *displacements, MPI_Datatype old);
MPI_Datatype hindexed(int count, const int *lengths, const MPI_Aint *displacements,
                      MPI_Datatype old);
MPI_Datatype indexed_block(int count, int length, const int *displacements, MPI_Datatype old);
MPI_Datatype hindexed_block(int count, int length, const MPI_Aint *displacements, MPI_Datatype old);
MPI_Datatype structure(int count, const int *lengths, const MPI_Aint *displacements,
                       const MPI_Datatype *old);
MPI_Datatype subarray(int dimensions, const int *sizes, const int *subsizes, const int *starts,
                      int order, MPI_Datatype old);
MPI_Datatype darray(int rank, int dimensions, const int *sizes, const int *kinds,
                    const int *arguments, const int *grid, int order, MPI_Datatype old);
MPI_Datatype resized(MPI_Aint lower, MPI_Aint extent, MPI_Datatype old);

#endif
