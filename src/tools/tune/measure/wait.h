/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file wait.h  Two ways to wait: as the library does while it moves data, and without using a
 * core.
 */
#ifndef FAN_TOOLS_TUNE_MEASURE_WAIT_H
#define FAN_TOOLS_TUNE_MEASURE_WAIT_H

#include <mpi.h>

enum { FAN_TUNE_MOST_REQUESTS = 2048 }; /**< that either can wait for */

/**
 * MPI_Waitsome as the library does it (engine/mpi/mpi_wait.c), because how a rank waits is part of
 * what is measured.
 */
void fan_tune_wait_some(int count, MPI_Request *requests, int *done, int *indices);

/** Wait for all of them in this way. */
void fan_tune_wait_all(int count, MPI_Request *requests);

/** Look every millisecond whether the request has ended. */
void fan_tune_sleep_until(MPI_Request *request);

#endif
