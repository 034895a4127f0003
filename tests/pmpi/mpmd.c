/* SPDX-License-Identifier: BSD-3-Clause */
/* Knows nothing of libfanout: broadcasts between programs of one job. Rank 0 prints "right". */
#include "config.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>

enum { COUNT = 100000 };

static int rank;

static bool broadcast(int root)
{
    static int data[COUNT];
    for (int i = 0; i < COUNT; i++)
        data[i] = rank == root ? root + i : -1;
    MPI_Bcast(data, COUNT, MPI_INT, root, MPI_COMM_WORLD);
    for (int i = 0; i < COUNT; i++)
        if (data[i] != root + i)
            return false;
    return true;
}

int main(void)
{
    int size, wrong = 0;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int root = 0; root < size; root++)
        wrong += !broadcast(root);
    MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        puts(wrong == 0 ? "right" : "wrong");
    MPI_Finalize();
    return wrong != 0;
}
