/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lost [EDGE [ROUNDS [SECONDS]]]: what a member costs that is lost. Broadcasts a field of EDGE^3
 * floats (160) in 2 x 2 x 2 descriptors, in the order "spread".
 *
 * Undisturbed, in turn with fanout_bcast: how long fanout_mdc_bcast and fanout_mdc_bcast_within
 * take. Then a rank in the middle is stopped (SIGSTOP), and fanout_mdc_bcast_within has a deadline
 * of 1.3 of what it took: how many descriptors do the other ranks have? With SECONDS, only this is
 * looked at, with that deadline and nobody stopped: the network itself may disturb. What is present
 * is compared with the root's.
 */
#include "config.h"

#include "bench/mdc/stop.h"
#include "fanout_mdc.h"
#include "tools/common/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { MOST_ROUNDS = 100, AXES = 3, DESCRIPTORS = 8, ALL_RANKS = -1 };

static const double patience = 1.3; /* of the undisturbed time */

static int rank, size, rounds, edge;
static float *field;
static MPI_Count elements;
static fanout_mdc mdc;
static int present[DESCRIPTORS];
static MPI_Comm others; /* than the lost rank; there it is MPI_COMM_NULL */

/* ---- times ---- */

static double longest(double seconds, MPI_Comm comm)
{
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, comm);
    return seconds;
}

typedef void broadcast(void);

static void plain(void)
{
    fanout_bcast_c(field, elements, MPI_FLOAT, 0, MPI_COMM_WORLD);
}

static void spread(void)
{
    fanout_mdc_bcast(field, &mdc, NULL, NULL, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
}

static void without_end(void)
{
    fanout_mdc_bcast_within(field, &mdc, INFINITY, present, 0, MPI_COMM_WORLD);
}

static double time_of(broadcast *run)
{
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    run();
    return longest(MPI_Wtime() - start, MPI_COMM_WORLD);
}

/* Returns the deadline. */
static double measure_undisturbed(void)
{
    double bcast[MOST_ROUNDS], all[MOST_ROUNDS], within[MOST_ROUNDS], seconds[MOST_ROUNDS];
    for (int round = -3; round < rounds; round++) { /* the first ones warm up */
        double alone = time_of(plain), spread_takes = time_of(spread), time = time_of(without_end);
        if (round < 0)
            continue;
        bcast[round] = alone;
        all[round] = spread_takes / alone;
        within[round] = time / alone;
        seconds[round] = time;
    }
    double usual = fan_summarize(seconds, rounds).median;
    if (rank == 0)
        printf("undisturbed: fanout_bcast %.3f s; of it, fanout_mdc_bcast, spread, %.3f; "
               "fanout_mdc_bcast_within %.3f, %.3f s\n",
               fan_summarize(bcast, rounds).median, fan_summarize(all, rounds).median,
               fan_summarize(within, rounds).median, usual);
    return patience * usual;
}

/* ---- what comes in time ---- */

static float value(MPI_Count element, int round)
{
    return (float)((element * 2654435761U + (MPI_Count)round * 40503) % 16777216);
}

static void prepare(int round)
{
    for (MPI_Count i = 0; i < elements; i++)
        field[i] = rank == 0 ? value(i, round) : -1;
}

static int descriptor_of(MPI_Count element)
{
    MPI_Count x = element % edge, y = element / edge % edge, z = element / edge / edge;
    return (int)(z % 2 * 4 + y % 2 * 2 + x % 2);
}

/* How many descriptors are present, and right. */
static int count_present(int round)
{
    int count = 0;
    for (int d = 0; d < DESCRIPTORS; d++)
        count += present[d];
    for (MPI_Count i = 0; i < elements; i++)
        if (present[descriptor_of(i)] && field[i] != value(i, round))
            MPI_Abort(MPI_COMM_WORLD, 3);
    return count;
}

/* Those of the other ranks, in a line. */
static void tell_round(int count, double took, double seconds)
{
    int all, counts[DESCRIPTORS + 1];
    MPI_Comm_size(others, &all);
    int *of_rank = calloc((size_t)all, sizeof *of_rank);
    took = longest(took, others);
    MPI_Gather(&count, 1, MPI_INT, of_rank, 1, MPI_INT, 0, others);
    for (int d = 0; d <= DESCRIPTORS; d++)
        counts[d] = 0;
    for (int i = 1; i < all; i++)
        counts[of_rank[i]]++;
    free(of_rank);
    if (rank != 0)
        return;
    for (int d = DESCRIPTORS; d >= 0; d--)
        if (counts[d] > 0)
            printf("%d %s %d of 8; ", counts[d], counts[d] == 1 ? "has" : "have", d);
    printf("the last one returns after %.3f of the deadline\n", took / seconds);
}

static void measure_lost(double seconds)
{
    if (rank == 0)
        printf("deadline %.3f s\n", seconds);
    for (int round = 0; round < rounds; round++) {
        prepare(round);
        if (others != MPI_COMM_NULL)
            MPI_Barrier(others);
        double start = MPI_Wtime();
        fanout_mdc_bcast_within(field, &mdc, seconds, present, 0, MPI_COMM_WORLD);
        double took = MPI_Wtime() - start;
        if (others != MPI_COMM_NULL)
            MPI_Barrier(others); /* nobody compares while others are on their way out */
        int count = count_present(round);
        if (others != MPI_COMM_NULL)
            tell_round(count, took, seconds);
    }
}

/* ---- the rank that is lost ---- */

static void choose_lost(int lost)
{
    MPI_Comm_split(MPI_COMM_WORLD, rank == lost ? MPI_UNDEFINED : 0, rank, &others);
    MPI_Barrier(MPI_COMM_WORLD);
}

/* ---- the whole ---- */

static void read_arguments(int argc, char **argv)
{
    edge = argc > 1 ? atoi(argv[1]) : 160;
    rounds = argc > 2 ? atoi(argv[2]) : 7;
    if (edge < 2 || rounds < 1 || rounds > MOST_ROUNDS || size < 3) {
        fprintf(stderr,
                "usage: lost [EDGE [ROUNDS [SECONDS]]], at most %d rounds, on 3 ranks or "
                "more\n",
                MOST_ROUNDS);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
}

static void run(double seconds)
{
    pid_t stopper = 0;
    int lost = seconds > 0 ? ALL_RANKS : size / 2;
    if (seconds <= 0)
        seconds = measure_undisturbed();
    choose_lost(lost);
    if (rank == lost) {
        stopper = stop_later(0, (rounds + 1) * (seconds + 0.3));
        nap(0.1); /* it is not to begin */
    }
    measure_lost(seconds);
    if (rank == lost)
        waitpid(stopper, NULL, 0);
    if (others != MPI_COMM_NULL)
        MPI_Comm_free(&others);
}

int main(int argc, char **argv)
{
    setenv("FANOUT_MDC_ORDER", "spread", 1);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    read_arguments(argc, argv);
    const MPI_Count extent[AXES] = {edge, edge, edge};
    const int factor[AXES] = {2, 2, 2};
    mdc = (fanout_mdc){AXES, extent, factor, sizeof(float)};
    elements = extent[0] * extent[1] * extent[2];
    field = malloc((size_t)elements * sizeof *field);
    if (field == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    run(argc > 3 ? atof(argv[3]) : 0);
    free(field);
    MPI_Finalize();
    return 0;
}
