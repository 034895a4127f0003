/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/datatypes/datatypes.h"

static int get_combiner(MPI_Datatype type)
{
    int combiner;
#ifdef HAVE_MPI_TYPE_GET_ENVELOPE_C
    MPI_Count integers, addresses, counts, types;
    MPI_Type_get_envelope_c(type, &integers, &addresses, &counts, &types, &combiner);
#else
    int integers, addresses, types;
    MPI_Type_get_envelope(type, &integers, &addresses, &types, &combiner);
#endif
    return combiner;
}

void datatype_release(MPI_Datatype type)
{
    int combiner = get_combiner(type);
    if (combiner != MPI_COMBINER_NAMED && combiner != MPI_COMBINER_F90_REAL &&
        combiner != MPI_COMBINER_F90_COMPLEX && combiner != MPI_COMBINER_F90_INTEGER)
        MPI_Type_free(&type);
}

MPI_Aint datatype_extent(MPI_Datatype type)
{
    MPI_Aint lower, extent;
    MPI_Type_get_extent(type, &lower, &extent);
    return extent;
}

void datatype_span(MPI_Datatype type, int count, MPI_Aint *lowest, MPI_Aint *length)
{
    int size;
    *lowest = *length = 0;
    MPI_Type_size(type, &size);
    if (size == 0 || count == 0) /* libraries do not agree on the true extent of nothing */
        return;
    MPI_Type_get_true_extent(type, lowest, length);
    MPI_Aint last = (count - 1) * datatype_extent(type);
    *lowest += last < 0 ? last : 0;
    *length += last < 0 ? -last : last;
}

static MPI_Datatype replace(MPI_Datatype old, MPI_Datatype new)
{
    datatype_release(old);
    return new;
}

MPI_Datatype duplicate(MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_dup(old, &new);
    return replace(old, new);
}

MPI_Datatype contiguous(int count, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_contiguous(count, old, &new);
    return replace(old, new);
}

MPI_Datatype vector(int count, int length, int stride, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_vector(count, length, stride, old, &new);
    return replace(old, new);
}

MPI_Datatype hvector(int count, int length, MPI_Aint stride, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_create_hvector(count, length, stride, old, &new);
    return replace(old, new);
}

MPI_Datatype indexed(int count, const int *lengths, const int *displacements, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_indexed(count, lengths, displacements, old, &new);
    return replace(old, new);
}

MPI_Datatype hindexed(int count, const int *lengths, const MPI_Aint *displacements,
                      MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_create_hindexed(count, lengths, displacements, old, &new);
    return replace(old, new);
}

MPI_Datatype indexed_block(int count, int length, const int *displacements, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_create_indexed_block(count, length, displacements, old, &new);
    return replace(old, new);
}

MPI_Datatype hindexed_block(int count, int length, const MPI_Aint *displacements, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_create_hindexed_block(count, length, displacements, old, &new);
    return replace(old, new);
}

MPI_Datatype structure(int count, const int *lengths, const MPI_Aint *displacements,
                       const MPI_Datatype *old)
{
    MPI_Datatype new;
    MPI_Type_create_struct(count, lengths, displacements, old, &new);
    for (int i = 0; i < count; i++)
        datatype_release(old[i]);
    return new;
}

MPI_Datatype subarray(int dimensions, const int *sizes, const int *subsizes, const int *starts,
                      int order, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_create_subarray(dimensions, sizes, subsizes, starts, order, old, &new);
    return replace(old, new);
}

MPI_Datatype darray(int rank, int dimensions, const int *sizes, const int *kinds,
                    const int *arguments, const int *grid, int order, MPI_Datatype old)
{
    MPI_Datatype new;
    int processes = 1;
    for (int d = 0; d < dimensions; d++)
        processes *= grid[d];
    MPI_Type_create_darray(processes, rank, dimensions, sizes, kinds, arguments, grid, order, old,
                           &new);
    return replace(old, new);
}

MPI_Datatype resized(MPI_Aint lower, MPI_Aint extent, MPI_Datatype old)
{
    MPI_Datatype new;
    MPI_Type_create_resized(old, lower, extent, &new);
    return replace(old, new);
}
