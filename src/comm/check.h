/* SPDX-License-Identifier: BSD-3-Clause */
/** @file check.h  The communicator and the bytes of a call. Local, thread-safe. */
#ifndef FAN_COMM_CHECK_H
#define FAN_COMM_CHECK_H

#include <mpi.h>
#include <stdbool.h>

/** The ranks of an intracommunicator, 0 for an intercommunicator. Returns MPI's code. */
int fan_comm_look(MPI_Comm comm, int *size);

/** The same, with MPI_ERR_COMM for an intercommunicator and for MPI_COMM_NULL. */
int fan_comm_check(MPI_Comm comm, int *size);

/** Whether it is an intercommunicator. MPI_COMM_NULL is not. */
bool fan_comm_is_inter(MPI_Comm comm);

/** The number that rank `rank` of the communicator has in MPI_COMM_WORLD, or MPI_UNDEFINED. */
int fan_comm_rank_in_world(MPI_Comm comm, int rank);

/** Whether several threads of this process may call MPI at the same time: MPI_THREAD_MULTIPLE. */
bool fan_comm_has_threads(void);

/**
 * The bytes that `count` elements of a datatype have. Returns MPI's code; MPI_ERR_COUNT if they are
 * too many for an MPI_Count.
 */
int fan_comm_bytes(MPI_Count count, MPI_Datatype datatype, MPI_Count *bytes);

#endif
