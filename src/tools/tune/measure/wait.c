/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/wait.h"

#include "base/poll.h"

#include <time.h>

/*
 * Nobody looks at statuses, but gcc takes the MPI_STATUSES_IGNORE of MPICH 4.0 for an array that is
 * too short.
 */

void fan_tune_wait_some(int count, MPI_Request *requests, int *done, int *indices)
{
    MPI_Status statuses[FAN_TUNE_MOST_REQUESTS];
    int polls = 0;
    MPI_Testsome(count, requests, done, indices, statuses);
    while (*done == 0) {
        fan_poll_pause(&polls);
        MPI_Testsome(count, requests, done, indices, statuses);
    }
}

void fan_tune_wait_all(int count, MPI_Request *requests)
{
    MPI_Status statuses[FAN_TUNE_MOST_REQUESTS];
    int done = 0, polls = 0;
    MPI_Testall(count, requests, &done, statuses);
    while (!done) {
        fan_poll_pause(&polls);
        MPI_Testall(count, requests, &done, statuses);
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
