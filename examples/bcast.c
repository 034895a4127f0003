/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bcast: rank 0 has 16 MiB, all ranks get them.
 *
 *     mpicc bcast.c $(pkg-config --cflags --libs fanout) -o bcast
 *     mpirun -np 4 ./bcast
 */
#include <fanout.h>

#include <stdio.h>

enum { COUNT = 2 * 1024 * 1024 };
static double values[COUNT];

int main(int argc, char **argv)
{
    int rank;
    double sum = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int i = 0; rank == 0 && i < COUNT; i++)
        values[i] = 1;

    /* Instead of MPI_Bcast, with the same arguments. */
    fanout_bcast(values, COUNT, MPI_DOUBLE, 0, MPI_COMM_WORLD);

    for (int i = 0; i < COUNT; i++)
        sum += values[i];
    printf("rank %d: the sum is %.0f\n", rank, sum);
    MPI_Finalize();
    return 0;
}
