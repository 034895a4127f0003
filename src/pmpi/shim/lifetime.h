/* SPDX-License-Identifier: BSD-3-Clause */
/** @file lifetime.h  From MPI_Init to MPI_Finalize. */
#ifndef FAN_PMPI_SHIM_LIFETIME_H
#define FAN_PMPI_SHIM_LIFETIME_H

#include <stdbool.h>

/**
 * Whether MPI_Init has been called and MPI_Finalize has not. (With nothing but sessions it has not,
 * and libfanout cannot work.) From the first call that says so, MPI_Finalize prints the statistics,
 * if they are wanted, on rank 0. Thread-safe.
 */
bool fan_shim_mpi_is_alive(void);

#endif
