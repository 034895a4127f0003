/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a communicator costs that lives for one broadcast: MPI_Comm_dup, a broadcast and
 * MPI_Comm_free, with MPI alone and with fanout_bcast in turn. Prints medians of the rounds.
 *
 *     mpirun -np 4 bench/short_lived [BYTES [ROUNDS]]
 */
#include "config.h"

#include "fanout.h"
#include "tools/common/summary.h"

#include <stdio.h>
#include <stdlib.h>

enum { IN_A_ROUND = 50, MOST_ROUNDS = 1000 };

typedef int broadcast(void *, int, MPI_Datatype, int, MPI_Comm);

static double time_round(broadcast *call, char *data, int bytes)
{
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    for (int i = 0; i < IN_A_ROUND; i++) {
        MPI_Comm comm;
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        call(data, bytes, MPI_BYTE, 0, comm);
        MPI_Comm_free(&comm);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    return (MPI_Wtime() - start) / IN_A_ROUND;
}

int main(int argc, char **argv)
{
    static double mpi[MOST_ROUNDS], ours[MOST_ROUNDS];
    int rank, bytes = argc > 1 ? atoi(argv[1]) : 100000, rounds = argc > 2 ? atoi(argv[2]) : 20;
    if (bytes < 0 || rounds < 1 || rounds > MOST_ROUNDS) {
        fprintf(stderr, "Usage: short_lived [BYTES [ROUNDS]]\n");
        return 2;
    }
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    char *data = calloc(1, (size_t)bytes + 1);
    for (int i = 0; i < rounds; i++) {
        mpi[i] = time_round(MPI_Bcast, data, bytes);
        ours[i] = time_round(fanout_bcast, data, bytes);
    }
    double with_mpi = fan_summarize(mpi, rounds).median;
    double with_us = fan_summarize(ours, rounds).median;
    if (rank == 0)
        printf("dup, broadcast of %d bytes, free: MPI %.1f us, fanout %.1f us, ratio %.2f\n", bytes,
               with_mpi * 1e6, with_us * 1e6, with_us / with_mpi);
    free(data);
    MPI_Finalize();
    return 0;
}
