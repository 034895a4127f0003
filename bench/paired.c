/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_bcast beside MPI_Bcast, call by call: the first call on a communicator, and those from the
 * fourth on. What a first MPI_Bcast has to do in any case (connections, pages) is done before.
 *
 *     mpirun -np 4 bench/paired BYTES [ROUNDS [OURS_FIRST]]
 *
 * Prints BYTES and RANKS, and in microseconds: the first call by MPI, by us, the median of later
 * ones by MPI, by us.
 */
#include "config.h"

#include "fanout.h"
#include "tools/common/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 1000, LATER = 3, CONTENDERS = 2 };

typedef int broadcast(void *, int, MPI_Datatype, int, MPI_Comm);

/* Of the rank on which it takes longest; all have it. */
static double time_call(broadcast *call, char *data, int bytes, MPI_Comm comm)
{
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime(), seconds;
    call(data, bytes, MPI_BYTE, 0, comm);
    seconds = MPI_Wtime() - start;
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return seconds;
}

int main(int argc, char **argv)
{
    static double times[CONTENDERS][MOST_ROUNDS];
    static broadcast *const calls[CONTENDERS] = {MPI_Bcast, fanout_bcast};
    MPI_Comm comms[CONTENDERS];
    int rank, size, bytes = argc > 1 ? atoi(argv[1]) : 0, rounds = argc > 2 ? atoi(argv[2]) : 20;
    int order = argc > 3 ? atoi(argv[3]) : 0;
    if (bytes < 1 || rounds <= LATER || rounds > MOST_ROUNDS) {
        fprintf(stderr, "Usage: paired BYTES [ROUNDS [OURS_FIRST]]\n");
        return 2;
    }
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    char *data = malloc((size_t)bytes);
    if (data == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    memset(data, rank + 1, (size_t)bytes); /* else it is one page of zeros */
    for (int i = 0; i < CONTENDERS; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
    for (int i = 0; i < 2; i++)
        time_call(MPI_Bcast, data, bytes, MPI_COMM_WORLD);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < CONTENDERS; i++) {
            int who = (i + round + order) % CONTENDERS;
            times[who][round] = time_call(calls[who], data, bytes, comms[who]);
        }
    if (rank == 0)
        printf("%d %d %.1f %.1f %.1f %.1f\n", bytes, size, 1e6 * times[0][0], 1e6 * times[1][0],
               1e6 * fan_summarize(times[0] + LATER, rounds - LATER).median,
               1e6 * fan_summarize(times[1] + LATER, rounds - LATER).median);
    free(data);
    for (int i = 0; i < CONTENDERS; i++)
        MPI_Comm_free(&comms[i]);
    MPI_Finalize();
    return 0;
}
