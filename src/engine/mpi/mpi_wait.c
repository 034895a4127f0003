/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/mpi/mpi_wait.h"

#include "base/clock.h"
#include "base/poll.h"

#include <stddef.h>

/* Not MPI_Waitsome: not every MPI library yields in it. */
int fan_mpi_wait_some(int count, MPI_Request *requests, int *done, int *indices,
                      MPI_Status *statuses)
{
    int polls = 0, code;
    while ((code = MPI_Testsome(count, requests, done, indices, statuses)) == MPI_SUCCESS &&
           *done == 0)
        fan_poll_pause(&polls);
    return code;
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
 * All MPI libraries make progress on everything when a request that has not ended is tested; here
 * it is a request for nothing. (In Open MPI a probe of MPI_COMM_SELF is enough, not in MPICH
 * 4.0.2.)
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

void fan_mpi_settle(void)
{
    enum { LEAST_LOOKS = 64 };
    static const double seconds = 5e-3;
    double end = fan_clock_now() + seconds;
    for (int looks = 0; looks < LEAST_LOOKS || fan_clock_now() < end; looks++)
        fan_mpi_progress(NULL);
}
