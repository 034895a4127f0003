/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes the place of src/engine/mpi/mpi_wait.c: SMPI's clock stands still while a rank polls, and
 * no core is shared.
 */
#include "config.h"

#include "engine/mpi/mpi_wait.h"

int fan_mpi_wait_some(int count, MPI_Request *requests, int *done, int *indices,
                      MPI_Status *statuses)
{
    return MPI_Waitsome(count, requests, done, indices, statuses);
}

/* For ranks that share memory, which simulated ones do not. */
void fan_mpi_progress(void *unused)
{
    (void)unused;
}
