/* SPDX-License-Identifier: BSD-3-Clause */
/** @file private.h  A communicator of our own, so that our messages never meet the user's. */
#ifndef FAN_COMM_PRIVATE_H
#define FAN_COMM_PRIVATE_H

#include "base/status.h"

#include <mpi.h>

/**
 * A new communicator with the ranks of `comm`, on which errors return.
 * Collective. The caller frees it.
 */
fan_status fan_comm_private(MPI_Comm comm, MPI_Comm *own);

#endif
