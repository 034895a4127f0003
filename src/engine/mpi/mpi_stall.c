/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/mpi/mpi_stall.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLLECTOR = 0,
    VIEW_TAG = 32766,
    TEXT_TAG = 32767
}; /* the largest that MPI guarantees; chunks have small ones */

static const double collector_waits = 2; /* seconds: ranks notice at different times */
static const double others_wait = 3;

/* True if it ends in time. */
static bool ends_by(MPI_Request *request, double deadline)
{
    int done = 0;
    while (MPI_Test(request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done &&
           MPI_Wtime() < deadline)
        sched_yield();
    return done;
}

static void withdraw(MPI_Request *receive)
{
    MPI_Cancel(receive);
    MPI_Wait(receive, MPI_STATUS_IGNORE);
}

/* MPI may read the buffer of a send that has not ended, so such a buffer is not freed. */
static void end_send(MPI_Request *request, void *buffer, double deadline)
{
    if (ends_by(request, deadline))
        free(buffer);
    else
        MPI_Request_free(request);
}

static void send_copy(MPI_Comm comm, const void *what, size_t bytes, int to, int tag,
                      double deadline)
{
    MPI_Request request;
    void *copy = malloc(bytes);
    if (copy == NULL)
        return;
    memcpy(copy, what, bytes);
    if (MPI_Isend(copy, (int)bytes, MPI_BYTE, to, tag, comm, &request) == MPI_SUCCESS)
        end_send(&request, copy, deadline);
}

/* ---- rank 0 ---- */

typedef struct report {
    int32_t rank;
    fan_view view;
} report;

static void hear(MPI_Comm comm, fan_view *views, int ranks)
{
    double deadline = MPI_Wtime() + collector_waits;
    for (int heard = 1; heard < ranks; heard++) {
        report r;
        MPI_Request request;
        if (MPI_Irecv(&r, sizeof r, MPI_BYTE, MPI_ANY_SOURCE, VIEW_TAG, comm, &request) !=
            MPI_SUCCESS)
            return;
        if (!ends_by(&request, deadline)) {
            withdraw(&request);
            return;
        }
        views[r.rank] = r.view;
    }
}

static void collect(MPI_Comm comm, const fan_view *own, const fan_host_name *hosts, char *text)
{
    int ranks;
    MPI_Comm_size(comm, &ranks);
    fan_view *views = calloc((size_t)ranks, sizeof *views);
    if (views == NULL) {
        fan_stall_explain_alone(own, COLLECTOR, hosts, text, FAN_STALL_TEXT);
        return;
    }
    views[COLLECTOR] = *own;
    views[COLLECTOR].answers = 1;
    hear(comm, views, ranks);
    fan_stall_explain(views, ranks, hosts, text, FAN_STALL_TEXT);
    double deadline = MPI_Wtime() + others_wait - collector_waits;
    for (int rank = 0; rank < ranks; rank++)
        if (rank != COLLECTOR && views[rank].answers)
            send_copy(comm, text, FAN_STALL_TEXT, rank, TEXT_TAG, deadline);
    free(views);
}

/* ---- the others ---- */

static void ask(MPI_Comm comm, const fan_view *own, int rank, const fan_host_name *hosts,
                char *text)
{
    double deadline = MPI_Wtime() + others_wait;
    report r = {.rank = rank, .view = *own};
    r.view.answers = 1;
    MPI_Request request;
    if (MPI_Irecv(text, FAN_STALL_TEXT, MPI_BYTE, COLLECTOR, TEXT_TAG, comm, &request) ==
        MPI_SUCCESS) {
        send_copy(comm, &r, sizeof r, COLLECTOR, VIEW_TAG, deadline);
        if (ends_by(&request, deadline))
            return;
        withdraw(&request);
    }
    fan_stall_explain_alone(own, rank, hosts, text, FAN_STALL_TEXT);
}

void fan_mpi_stall_explain(MPI_Comm comm, const fan_view *own, const fan_host_name *hosts,
                           char *text)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    if (rank == COLLECTOR)
        collect(comm, own, hosts, text);
    else
        ask(comm, own, rank, hosts, text);
}
