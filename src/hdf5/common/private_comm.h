/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file private_comm.h  A communicator of our own for each of the user's, on which errors return.
 */
#ifndef FAN_HDF5_COMMON_PRIVATE_COMM_H
#define FAN_HDF5_COMMON_PRIVATE_COMM_H

#include "base/status.h"

#include <mpi.h>

/**
 * The one that belongs to the intracommunicator `comm`, with the same ranks; freed with it.
 * Collective when it does not exist yet.
 */
fan_status fan_h5_private_comm(MPI_Comm comm, MPI_Comm *own);

#endif
