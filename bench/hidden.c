/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hidden WAY [BYTES [ROUNDS [COMPUTING [MS]]]]: how much of a nonblocking broadcast a computation
 * hides, as OSU's osu_ibcast has it: 100 (1 - (t_both - t_computation) / t_broadcast) percent,
 * where the computation takes as long as the broadcast alone.
 *
 * WAY is mpi (MPI_Ibcast), with which this is a program that a shim may be put before, tests (the
 * same, with MPI_Test each millisecond of the computation), or fanout (fanout_ibcast and
 * fanout_request_mpi). All end by MPI_Wait. COMPUTING is sleep, for hosts in bench/lab that share
 * the processors of one machine, or spin. With MS the computation takes so many milliseconds
 * instead. Prints medians.
 */
#include "config.h"

#include "fanout.h"
#include "tools/common/summary.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

enum { MOST_ROUNDS = 100 };

static char *buffer;
static int bytes;
static const char *way;
static bool sleeps;

static double longest(double seconds)
{
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return seconds;
}

static void start(MPI_Request *request)
{
    fanout_request ours;
    if (strcmp(way, "fanout") != 0) {
        MPI_Ibcast(buffer, bytes, MPI_CHAR, 0, MPI_COMM_WORLD, request);
        return;
    }
    fanout_ibcast(buffer, bytes, MPI_CHAR, 0, MPI_COMM_WORLD, &ours);
    fanout_request_mpi(&ours, request);
}

static void compute(double seconds, MPI_Request *request)
{
    const double millisecond = 1e-3;
    double end = MPI_Wtime() + seconds;
    for (double now; (now = MPI_Wtime()) < end;) {
        double until = MIN(end, now + millisecond);
        int flag;
        if (sleeps)
            nanosleep(&(struct timespec){.tv_nsec = (long)((until - now) * 1e9)}, NULL);
        while (MPI_Wtime() < until)
            continue;
        if (strcmp(way, "tests") == 0 && *request != MPI_REQUEST_NULL)
            MPI_Test(request, &flag, MPI_STATUS_IGNORE);
    }
}

/* What a broadcast and a computation of so many seconds take. */
static double take(double seconds)
{
    MPI_Request request;
    MPI_Barrier(MPI_COMM_WORLD);
    double begin = MPI_Wtime();
    start(&request);
    compute(seconds, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    return longest(MPI_Wtime() - begin);
}

int main(int argc, char **argv)
{
    int provided, rank, rounds = argc > 3 ? atoi(argv[3]) : 9;
    way = argc > 1 ? argv[1] : "mpi";
    bytes = argc > 2 ? atoi(argv[2]) : 4 << 20;
    sleeps = argc > 4 && strcmp(argv[4], "sleep") == 0;
    double fixed = argc > 5 ? 1e-3 * atof(argv[5]) : 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    buffer = calloc(1, (size_t)bytes);
    if (buffer == NULL || rounds < 1 || rounds > MOST_ROUNDS)
        MPI_Abort(MPI_COMM_WORLD, 2);
    double alone[MOST_ROUNDS], together[MOST_ROUNDS], share[MOST_ROUNDS];
    MPI_Bcast(buffer, bytes, MPI_CHAR, 0, MPI_COMM_WORLD);
    for (int i = 0; i < 3; i++)
        take(0);
    for (int i = 0; i < rounds; i++) {
        alone[i] = take(0);
        double computation = fixed > 0 ? fixed : alone[i];
        together[i] = take(computation);
        share[i] = 100 * (1 - (together[i] - computation) / alone[i]);
    }
    if (rank == 0)
        printf("%-6s %8d bytes: alone %9.3f ms, with computation %9.3f ms, hidden %3.0f %%\n", way,
               bytes, 1e3 * fan_summarize(alone, rounds).median,
               1e3 * fan_summarize(together, rounds).median,
               MAX(0, fan_summarize(share, rounds).median));
    free(buffer);
    MPI_Finalize();
    return 0;
}
