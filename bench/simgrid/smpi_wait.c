/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes the place of src/engine/mpi/mpi_wait.c and src/comm/wait.c: SMPI's clock stands still while
 * a rank polls, no core is shared, and nothing is pending.
 */
#include "config.h"

#include "comm/wait.h"
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

void fan_comm_while_waiting(void (*progress)(void))
{
    (void)progress;
}

void fan_comm_pause(int *polls)
{
    (void)polls;
}

int fan_comm_complete(MPI_Request *request)
{
    return MPI_Wait(request, MPI_STATUS_IGNORE);
}

int fan_comm_completed(int code, MPI_Request *request)
{
    return code == MPI_SUCCESS ? fan_comm_complete(request) : code;
}
