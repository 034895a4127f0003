/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/wait.h"

#include "base/poll.h"

#include <stdatomic.h>
#include <stddef.h>

typedef void progress_fn(void);

static _Atomic(progress_fn *) make_progress;

void fan_comm_while_waiting(void (*progress)(void))
{
    atomic_store(&make_progress, progress);
}

void fan_comm_pause(int *polls)
{
    progress_fn *progress = atomic_load(&make_progress);
    if (progress != NULL)
        progress();
    fan_poll_pause(polls);
}

int fan_comm_complete(MPI_Request *request)
{
    int done = 0, polls = 0, code;
    while ((code = PMPI_Test(request, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS && !done)
        fan_comm_pause(&polls);
    return code;
}

int fan_comm_completed(int code, MPI_Request *request)
{
    return code == MPI_SUCCESS ? fan_comm_complete(request) : code;
}
