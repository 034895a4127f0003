/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * overlap [BYTES [ROUNDS]]: how much of a nonblocking broadcast a computation of the same length
 * hides.
 *
 * The computation calls fanout_test every millisecond (never with FANOUT_PROGRESS=thread). Between,
 * a rank sleeps: where many ranks share a core, as in bench/lab, their computations would have to
 * wait for each other, which says nothing about the broadcast. Prints medians of the broadcast
 * alone, of the computation alone, and of both, and how many times as long as the longer of the two
 * both take.
 */
#include "config.h"

#include "fanout.h"
#include "tools/common/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ROUNDS = 100 };

static int rank;
static char *buffer;

/* The longest time of all ranks. */
static double longest(double seconds)
{
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return seconds;
}

static double begin(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    return MPI_Wtime();
}

static void compute(double seconds, fanout_request *request)
{
    const struct timespec millisecond = {.tv_nsec = 1000 * 1000};
    double end = MPI_Wtime() + seconds;
    int flag;
    while (MPI_Wtime() < end) {
        nanosleep(&millisecond, NULL);
        if (request != NULL)
            fanout_test(request, &flag);
    }
}

static double broadcast(int bytes)
{
    fanout_request request;
    double start = begin();
    fanout_ibcast(buffer, bytes, MPI_CHAR, 0, MPI_COMM_WORLD, &request);
    fanout_wait(&request);
    return longest(MPI_Wtime() - start);
}

static double compute_alone(double seconds)
{
    double start = begin();
    compute(seconds, NULL);
    return longest(MPI_Wtime() - start);
}

static double both(int bytes, double seconds)
{
    fanout_request request;
    double start = begin();
    fanout_ibcast(buffer, bytes, MPI_CHAR, 0, MPI_COMM_WORLD, &request);
    compute(seconds, getenv("FANOUT_PROGRESS") == NULL ? &request : NULL);
    fanout_wait(&request);
    return longest(MPI_Wtime() - start);
}

int main(int argc, char **argv)
{
    int provided, bytes = argc > 1 ? atoi(argv[1]) : 16 * 1024 * 1024,
                  rounds = argc > 2 ? atoi(argv[2]) : 5;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    buffer = calloc(1, (size_t)bytes);
    if (buffer == NULL || rounds < 1 || rounds > MOST_ROUNDS)
        MPI_Abort(MPI_COMM_WORLD, 2);
    double alone[MOST_ROUNDS], computing[MOST_ROUNDS], together[MOST_ROUNDS], ratio[MOST_ROUNDS];
    broadcast(bytes);
    for (int i = 0; i < rounds; i++) {
        alone[i] = broadcast(bytes);
        computing[i] = compute_alone(alone[i]);
        together[i] = both(bytes, alone[i]);
        ratio[i] = together[i] / (alone[i] > computing[i] ? alone[i] : computing[i]);
    }
    if (rank == 0)
        printf("%d bytes: broadcast %.4f s, computation %.4f s, both %.4f s: %.3f of the longer\n",
               bytes, fan_summarize(alone, rounds).median, fan_summarize(computing, rounds).median,
               fan_summarize(together, rounds).median, fan_summarize(ratio, rounds).median);
    free(buffer);
    MPI_Finalize();
    return 0;
}
