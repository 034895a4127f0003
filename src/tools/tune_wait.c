/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune_wait.h"

#include <sched.h>
#include <time.h>

enum { polls_before_yield = 32 }; /* as in engine/mpi_wait.c */

void fan_tune_wait_some(int count, MPI_Request *requests, int *done, int *indices)
{
    MPI_Testsome(count, requests, done, indices, MPI_STATUSES_IGNORE);
    for (int polls = 1; *done == 0; polls++) {
        if (polls >= polls_before_yield)
            sched_yield();
        MPI_Testsome(count, requests, done, indices, MPI_STATUSES_IGNORE);
    }
}

void fan_tune_wait_all(int count, MPI_Request *requests)
{
    int done = 0;
    MPI_Testall(count, requests, &done, MPI_STATUSES_IGNORE);
    for (int polls = 1; !done; polls++) {
        if (polls >= polls_before_yield)
            sched_yield();
        MPI_Testall(count, requests, &done, MPI_STATUSES_IGNORE);
    }
}

void fan_tune_sleep_until(MPI_Request *request)
{
    const struct timespec pause = {.tv_nsec = 1000 * 1000};
    int done = 0;
    MPI_Test(request, &done, MPI_STATUS_IGNORE);
    while (!done) {
        nanosleep(&pause, NULL);
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
    }
}
