/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * preview [EDGE [ROUNDS]]: when does each rank have a usable picture? Broadcasts a field of
 * EDGE^3 floats (256) in 2 x 2 x 2 descriptors and prints medians: when the last rank had the first
 * descriptor, in units of the time of all, and that time in units of fanout_bcast of the same
 * array. The first should be little more than 1/8. Also the time of all when descriptors are
 * spread, which should be at most 1.02 of fanout_bcast.
 */
#include "config.h"

#include "fanout_mdc.h"
#include "tools/common/summary.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_ROUNDS = 100, AXES = 3 };

typedef struct clock {
    double start, first;
} clock;

static int note_first(void *state, MPI_Count descriptor)
{
    clock *c = state;
    if (descriptor == 0)
        c->first = MPI_Wtime() - c->start;
    return 0;
}

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

/* Broadcast it in descriptors; `c` receives when the first one was there. Returns the time. */
static double send_descriptors(float *field, const fanout_mdc *mdc, const char *order, clock *c)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_mdc_order", order);
    c->start = begin();
    fanout_mdc_bcast(field, mdc, note_first, c, 0, MPI_COMM_WORLD, info);
    double seconds = longest(MPI_Wtime() - c->start);
    MPI_Info_free(&info);
    return seconds;
}

int main(int argc, char **argv)
{
    double preview[MOST_ROUNDS], all[MOST_ROUNDS], spread[MOST_ROUNDS], plain[MOST_ROUNDS];
    MPI_Init(&argc, &argv);
    int rank, edge = argc > 1 ? atoi(argv[1]) : 256, rounds = argc > 2 ? atoi(argv[2]) : 5;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (edge < 2 || rounds < 1 || rounds > MOST_ROUNDS) {
        fprintf(stderr, "usage: preview [EDGE [ROUNDS]], at most %d rounds\n", MOST_ROUNDS);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    const MPI_Count extent[AXES] = {edge, edge, edge};
    const int factor[AXES] = {2, 2, 2};
    const fanout_mdc mdc = {AXES, extent, factor, sizeof(float)};
    MPI_Count elements = extent[0] * extent[1] * extent[2];
    float *field = calloc((size_t)elements, sizeof *field);
    if (field == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (int round = -1; round < rounds; round++) { /* the first one warms up */
        clock c = {0}, unused = {0};
        double total = send_descriptors(field, &mdc, "sequence", &c), first = longest(c.first);
        double at_once = send_descriptors(field, &mdc, "spread", &unused), start = begin();
        fanout_bcast_c(field, elements, MPI_FLOAT, 0, MPI_COMM_WORLD);
        double alone = longest(MPI_Wtime() - start);
        if (round < 0)
            continue;
        preview[round] = first / total;
        all[round] = total / alone;
        spread[round] = at_once / alone;
        plain[round] = alone;
    }
    if (rank == 0)
        printf("%d x %d x %d floats, 8 descriptors, %d rounds: first descriptor everywhere after "
               "%.3f of the time of all (1/8 = 0.125), "
               "all after %.3f of fanout_bcast, which takes %.3f s; spread %.3f of it\n",
               edge, edge, edge, rounds, fan_summarize(preview, rounds).median,
               fan_summarize(all, rounds).median, fan_summarize(plain, rounds).median,
               fan_summarize(spread, rounds).median);
    free(field);
    MPI_Finalize();
    return 0;
}
