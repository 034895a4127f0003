/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/mpi/mpi_stall.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { COLLECTOR = 0 };

/* Where views are sent, with a tag of their own, and what comes of them, with the next one. */
typedef struct channel {
    MPI_Comm comm;
    int view_tag, text_tag;
} channel;

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

static void send_copy(const channel *c, const void *what, size_t bytes, int to, int tag,
                      double deadline)
{
    MPI_Request request;
    void *copy = malloc(bytes);
    if (copy == NULL)
        return;
    memcpy(copy, what, bytes);
    if (MPI_Isend(copy, (int)bytes, MPI_BYTE, to, tag, c->comm, &request) == MPI_SUCCESS)
        end_send(&request, copy, deadline);
}

/* ---- rank 0 ---- */

typedef struct report {
    int32_t rank;
    fan_view view;
} report;

static void hear(const channel *c, fan_view *views, int ranks)
{
    double deadline = MPI_Wtime() + collector_waits;
    for (int heard = 1; heard < ranks; heard++) {
        report r;
        MPI_Request request;
        if (MPI_Irecv(&r, sizeof r, MPI_BYTE, MPI_ANY_SOURCE, c->view_tag, c->comm, &request) !=
            MPI_SUCCESS)
            return;
        if (!ends_by(&request, deadline)) {
            withdraw(&request);
            return;
        }
        views[r.rank] = r.view;
    }
}

static void collect(const channel *c, const fan_view *own, const fan_host_name *hosts, char *text)
{
    int ranks;
    MPI_Comm_size(c->comm, &ranks);
    fan_view *views = calloc((size_t)ranks, sizeof *views);
    if (views == NULL) {
        fan_stall_explain_alone(own, COLLECTOR, -1, hosts, text, FAN_STALL_TEXT);
        return;
    }
    views[COLLECTOR] = *own;
    views[COLLECTOR].answers = 1;
    hear(c, views, ranks);
    fan_stall_explain(views, ranks, hosts, text, FAN_STALL_TEXT);
    double deadline = MPI_Wtime() + others_wait - collector_waits;
    for (int rank = 0; rank < ranks; rank++)
        if (rank != COLLECTOR && views[rank].answers)
            send_copy(c, text, FAN_STALL_TEXT, rank, c->text_tag, deadline);
    free(views);
}

/* ---- the others ---- */

static void ask(const channel *c, const fan_view *own, int rank, const fan_host_name *hosts,
                char *text)
{
    double deadline = MPI_Wtime() + others_wait;
    report r = {.rank = rank, .view = *own};
    r.view.answers = 1;
    MPI_Request request;
    if (MPI_Irecv(text, FAN_STALL_TEXT, MPI_BYTE, COLLECTOR, c->text_tag, c->comm, &request) ==
        MPI_SUCCESS) {
        send_copy(c, &r, sizeof r, COLLECTOR, c->view_tag, deadline);
        if (ends_by(&request, deadline))
            return;
        withdraw(&request);
    }
    fan_stall_explain_alone(own, rank, COLLECTOR, hosts, text, FAN_STALL_TEXT);
}

void fan_mpi_stall_explain(MPI_Comm comm, int tag, const fan_view *own, const fan_host_name *hosts,
                           char *text)
{
    int rank;
    channel c = {comm, tag, tag + 1};
    MPI_Comm_rank(comm, &rank);
    if (rank == COLLECTOR)
        collect(&c, own, hosts, text);
    else
        ask(&c, own, rank, hosts, text);
}
