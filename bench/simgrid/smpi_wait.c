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

/* Simulated ranks do not die. */
void fan_mpi_settle(void)
{
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

int fan_comm_complete_message(int code, MPI_Request *request)
{
    return fan_comm_completed(code, request);
}

int fan_comm_complete_messages(int code, int count, MPI_Request *requests)
{
    for (int i = 0; i < count; i++)
        code = fan_comm_first(code, fan_comm_complete(&requests[i]));
    return code;
}

/* Simulated ranks neither die nor stop. */

void fan_comm_bound_set(fan_comm_bound bound)
{
    (void)bound;
}

bool fan_comm_is_out_of_patience(fan_comm_patience *patience, fan_comm_bound bound)
{
    (void)patience, (void)bound;
    return false;
}

bool fan_comm_begin_blocking(void)
{
    return true;
}

void fan_comm_end_blocking(void)
{
}

void fan_comm_on_silence(fan_pulse *pulse, void *unused)
{
    (void)pulse, (void)unused;
}

void fan_comm_begin_finalize(void)
{
}
