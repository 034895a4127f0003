/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/mpi/mpi_wait.h"

#include <sched.h>

/* Some microseconds: longer than a message on a fast fabric is late, shorter than a time slice. */
enum { POLLS_BEFORE_YIELD = 32 };

/* Not MPI_Waitsome: not every MPI library yields in it. */
int fan_mpi_wait_some(int count, MPI_Request *requests, int *done, int *indices,
                      MPI_Status *statuses)
{
    for (int polls = 0;; polls++) {
        int code = MPI_Testsome(count, requests, done, indices, statuses);
        if (code != MPI_SUCCESS || *done != 0)
            return code;
        if (polls >= POLLS_BEFORE_YIELD)
            sched_yield();
    }
}

static int query(void *unused, MPI_Status *status)
{
    (void)unused;
    MPI_Status_set_elements(status, MPI_BYTE, 0);
    MPI_Status_set_cancelled(status, 0);
    status->MPI_SOURCE = MPI_UNDEFINED;
    status->MPI_TAG = MPI_UNDEFINED;
    return MPI_SUCCESS;
}

static int release(void *unused)
{
    (void)unused;
    return MPI_SUCCESS;
}

static int cancel(void *unused, int complete)
{
    (void)unused, (void)complete;
    return MPI_SUCCESS;
}

/*
 * Testing for what has not ended is what makes all MPI libraries look after everything; here it is
 * a request that is about nothing. (A probe of MPI_COMM_SELF does in Open MPI, not in MPICH 4.0.2.)
 */
void fan_mpi_progress(void *unused)
{
    (void)unused;
    MPI_Request nothing;
    int ended;
    if (MPI_Grequest_start(query, release, cancel, NULL, &nothing) != MPI_SUCCESS)
        return;
    MPI_Test(&nothing, &ended, MPI_STATUS_IGNORE);
    MPI_Grequest_complete(nothing);
    MPI_Wait(&nothing, MPI_STATUS_IGNORE);
}
