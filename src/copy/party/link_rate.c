/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/party/link_rate.h"

#include <stdlib.h>
#include <string.h>

enum {
    TAG = 1,
    /* Opens the connection, and uses up what a traffic shaper lets through at once. */
    WARM_UP = 128 << 10,
    SAMPLE = 1 << 20,
    SHARE_OF_COPY = 32 /* at most this part of the time of a copy is spent on it */
};

/* A rank on another host than rank 0, or -1. */
static int find_partner(const fan_copy_outcome *outcomes, int size)
{
    for (int i = 1; i < size; i++)
        if (strcmp(outcomes[i].host, outcomes[0].host) != 0)
            return i;
    return -1;
}

static double send_sample(void *data, int partner, MPI_Comm comm)
{
    MPI_Send(data, WARM_UP, MPI_BYTE, partner, TAG, comm);
    MPI_Recv(NULL, 0, MPI_BYTE, partner, TAG, comm, MPI_STATUS_IGNORE);
    double start = MPI_Wtime();
    MPI_Send(data, SAMPLE, MPI_BYTE, partner, TAG, comm);
    MPI_Recv(NULL, 0, MPI_BYTE, partner, TAG, comm, MPI_STATUS_IGNORE);
    return SAMPLE / (MPI_Wtime() - start);
}

static void take_sample(void *data, MPI_Comm comm)
{
    for (int i = 0; i < 2; i++) {
        MPI_Recv(data, SAMPLE, MPI_BYTE, 0, TAG, comm, MPI_STATUS_IGNORE);
        MPI_Send(NULL, 0, MPI_BYTE, 0, TAG, comm);
    }
}

double fan_copy_link_rate_measure(const fan_copy_outcome *outcomes, int64_t total, MPI_Comm comm)
{
    int rank, size, partner = -1;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    if (rank == 0 && total / SHARE_OF_COPY >= SAMPLE)
        partner = find_partner(outcomes, size);
    MPI_Bcast(&partner, 1, MPI_INT, 0, comm);
    double rate = 0;
    if (partner >= 0 && (rank == 0 || rank == partner)) {
        void *data = fan_copy_allocate(1, SAMPLE);
        if (rank == 0)
            rate = send_sample(data, partner, comm);
        else
            take_sample(data, comm);
        free(data);
    }
    return rate;
}
