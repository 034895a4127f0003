/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the shim costs where it passes calls through: MPI_Bcast against PMPI_Bcast in one process,
 * in turn.
 *
 *     mpirun -np 2 fanout-preload bench/shim_cost
 *
 * Without fanout-preload both are the same call: that is the error of the measurement. A sample is
 * the time per call of a batch on the rank that takes longest; the table has medians.
 */
#include "config.h"

#include "tools/common/summary.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 2000, SAMPLES = 301, LARGEST = 16384 };

typedef int broadcast_fn(void *, int, MPI_Datatype, int, MPI_Comm);

static double time_batch(broadcast_fn *broadcast, void *buffer, int bytes)
{
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    for (int i = 0; i < BATCH; i++)
        broadcast(buffer, bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
    double taken = (MPI_Wtime() - start) / BATCH, longest;
    MPI_Allreduce(&taken, &longest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return longest * 1e9;
}

static void measure(void *buffer, int bytes, int rank)
{
    static double plain[SAMPLES], shim[SAMPLES], difference[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        /* Who comes second must not always be the same. */
        if (i % 2 == 0)
            plain[i] = time_batch(PMPI_Bcast, buffer, bytes);
        shim[i] = time_batch(MPI_Bcast, buffer, bytes);
        if (i % 2 != 0)
            plain[i] = time_batch(PMPI_Bcast, buffer, bytes);
        difference[i] = shim[i] - plain[i];
    }
    if (rank == 0)
        printf("%6d bytes: PMPI_Bcast %8.1f ns, MPI_Bcast %8.1f ns, difference %6.1f ns\n", bytes,
               fan_summarize(plain, SAMPLES).median, fan_summarize(shim, SAMPLES).median,
               fan_summarize(difference, SAMPLES).median);
}

int main(int argc, char **argv)
{
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    void *buffer = calloc(1, LARGEST);
    const int sizes[] = {8, 1024, LARGEST};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        measure(buffer, sizes[i], rank);
    free(buffer);
    MPI_Finalize();
    return 0;
}
