/* SPDX-License-Identifier: BSD-3-Clause */
/** @file staged.h  A broadcast whose data on this rank is in device memory, through host memory. */
#ifndef FAN_PMPI_SHIM_STAGED_H
#define FAN_PMPI_SHIM_STAGED_H

#include <mpi.h>

/** fanout_bcast_c, or what does the same by other means. */
typedef int fan_staged_fn(void *host, MPI_Count bytes, MPI_Datatype datatype, int root,
                          MPI_Comm comm);

/**
 * `broadcast` for a buffer that only MPI may touch: it is copied by MPI_Pack and MPI_Unpack.
 * Other ranks need not do the same.
 *
 * @param bytes  count x the size of datatype
 */
int fan_staged_broadcast(void *buffer, MPI_Count count, MPI_Datatype datatype, MPI_Count bytes,
                         int root, MPI_Comm comm, fan_staged_fn *broadcast);

#endif
