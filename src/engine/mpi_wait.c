/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/mpi_wait.h"

#include <sched.h>

/* Some microseconds: longer than a message on a fast fabric is late, shorter than a time slice. */
enum { polls_before_yield = 32 };

/* Not MPI_Waitsome: not every MPI library yields in it. */
int fan_mpi_wait_some(int count, MPI_Request *requests, int *done, int *indices, MPI_Status *statuses)
{
    for (int polls = 0;; polls++) {
        int code = MPI_Testsome(count, requests, done, indices, statuses);
        if (code != MPI_SUCCESS || *done != 0)
            return code;
        if (polls >= polls_before_yield)
            sched_yield();
    }
}

/* Any call that looks for a message does it. Nobody sends to himself here, and a probe takes nothing away. */
void fan_mpi_progress(void *unused)
{
    (void)unused;
    int found;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_SELF, &found, MPI_STATUS_IGNORE);
}
