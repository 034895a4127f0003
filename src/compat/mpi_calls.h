/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Calls of MPI that MPI 4 replaces: the old ones are deprecated there, the new ones are not in
 * Open MPI before 6. By their PMPI names, so that tools do not count them as the program's.
 */
#ifndef FAN_COMPAT_MPI_CALLS_H
#define FAN_COMPAT_MPI_CALLS_H

#include <mpi.h>

/** Read the value of a key, at most `size` bytes with the terminating 0; *found is 0 if there is no
 * such key, and then value is left alone. Local. Returns an MPI error code. */
static inline int fan_compat_info_get(MPI_Info info, const char *key, int size, char *value,
                                      int *found)
{
#if MPI_VERSION >= 4
    return PMPI_Info_get_string(info, key, &size, value, found);
#else
    return PMPI_Info_get(info, key, size - 1, value, found);
#endif
}

/** Bytes of data in a datatype; MPI_UNDEFINED if MPI_Count is too small. Local. */
static inline int fan_compat_type_size(MPI_Datatype datatype, MPI_Count *size)
{
#if MPI_VERSION >= 4
    return PMPI_Type_size_c(datatype, size);
#else
    return PMPI_Type_size_x(datatype, size);
#endif
}

/** Lower bound and extent of a datatype, in bytes. Local. */
static inline int fan_compat_type_extent(MPI_Datatype datatype, MPI_Count *lower, MPI_Count *extent)
{
#if MPI_VERSION >= 4
    return PMPI_Type_get_extent_c(datatype, lower, extent);
#else
    return PMPI_Type_get_extent_x(datatype, lower, extent);
#endif
}

/** The same of the data alone, without what MPI_Type_create_resized says. Local. */
static inline int fan_compat_type_true_extent(MPI_Datatype datatype, MPI_Count *lower,
                                              MPI_Count *extent)
{
#if MPI_VERSION >= 4
    return PMPI_Type_get_true_extent_c(datatype, lower, extent);
#else
    return PMPI_Type_get_true_extent_x(datatype, lower, extent);
#endif
}

#endif
