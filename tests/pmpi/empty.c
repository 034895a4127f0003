/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Knows nothing of libfanout. Broadcasts of no bytes, which one rank describes by no element and
 * others by an element without data, and what follows on the same communicator. Rank 0 prints
 * "right".
 */
#include "config.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 20 };

static int rank, size;

static bool broadcast(int root, int salt, MPI_Comm comm)
{
    int data[3] = {-1, -1, -1};
    for (int i = 0; i < 3 && rank == root; i++)
        data[i] = salt + i;
    MPI_Bcast(data, 3, MPI_INT, root, comm);
    return data[0] == salt && data[1] == salt + 1 && data[2] == salt + 2;
}

static void broadcast_nothing(MPI_Datatype empty, bool nonblocking, MPI_Comm comm)
{
    int count = rank == size - 1 ? 0 : 1, unused;
    if (!nonblocking) {
        MPI_Bcast(&unused, count, empty, 0, comm);
        return;
    }
    MPI_Request request;
    MPI_Ibcast(&unused, count, empty, 0, comm, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

int main(void)
{
    MPI_Comm comm;
    MPI_Datatype empty;
    bool good = true;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Type_contiguous(0, MPI_INT, &empty);
    MPI_Type_commit(&empty);
    for (int i = 0; i < ROUNDS; i++) {
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        broadcast_nothing(empty, i % 2, comm);
        for (int root = 0; root < size; root++)
            good = broadcast(root, 10 * i + root, comm) && good;
        MPI_Comm_free(&comm);
    }
    int wrong = !good;
    MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        puts(wrong == 0 ? "right" : "wrong");
    MPI_Type_free(&empty);
    MPI_Finalize();
    return wrong != 0;
}
