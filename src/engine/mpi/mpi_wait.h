/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file mpi_wait.h  How a rank waits. In a file of its own because simulations (bench/simgrid) wait
 * in another way.
 */
#ifndef FAN_ENGINE_MPI_MPI_WAIT_H
#define FAN_ENGINE_MPI_MPI_WAIT_H

#include <mpi.h>

/** MPI_Waitsome, with its arguments and results. Yields, because ranks may outnumber the cores. */
int fan_mpi_wait_some(int count, MPI_Request *requests, int *done, int *indices,
                      MPI_Status *statuses);

/**
 * Let messages of this process make progress while the caller waits for something else. Local.
 *
 * @param unused  so that it can be used as a callback
 */
void fan_mpi_progress(void *unused);

/**
 * Let MPI take notice of all that a rank that has died had sent: Open MPI 5.0.7 ends a message to
 * it, and reads the buffer all the same when its acknowledgement is taken from a queue later.
 * Takes some milliseconds. Local.
 */
void fan_mpi_settle(void);

#endif
