/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stopped FIELD EDGE: what is left of a field when a member is stopped half-way. Broadcasts EDGE^2
 * floats, which are in FIELD, in 4 x 2 descriptors, in either order with the same deadline, 1.3 of
 * the undisturbed time of "spread". After half of that time the rank in the middle is stopped. The
 * last rank fills in what it lacks and writes the fields into ./spread.bin and ./sequence.bin.
 */
#include "config.h"

#include "bench/mdc/stop.h"
#include "fanout_mdc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { AXES = 2, DESCRIPTORS = 8, WARM_UPS = 3 };

static const int factor[AXES] = {4, 2};
static MPI_Count extent[AXES];
static const fanout_mdc mdc = {AXES, extent, factor, sizeof(float)};

static int rank, size;
static size_t elements;
static float *field;
static int present[DESCRIPTORS];

static void fail(const char *what)
{
    perror(what);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static void read_field(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(field, sizeof *field, elements, file) != elements)
        fail(path);
    fclose(file);
}

static void write_field(const char *order)
{
    char path[32];
    snprintf(path, sizeof path, "%s.bin", order);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(field, sizeof *field, elements, file) != elements)
        fail(path);
    if (fclose(file) != 0)
        fail(path);
}

static MPI_Comm attach(const char *order)
{
    MPI_Comm comm;
    MPI_Info info;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_mdc_order", order);
    fanout_comm_attach(comm, info);
    MPI_Info_free(&info);
    return comm;
}

static double broadcast(MPI_Comm comm, double seconds)
{
    MPI_Barrier(comm);
    double start = MPI_Wtime();
    fanout_mdc_bcast_within(field, &mdc, seconds, present, 0, comm);
    return MPI_Wtime() - start;
}

/* The undisturbed time, on the slowest rank. */
static double warm_up(MPI_Comm comm)
{
    double took = 0;
    for (int i = 0; i < WARM_UPS; i++)
        took = broadcast(comm, INFINITY);
    MPI_Allreduce(MPI_IN_PLACE, &took, 1, MPI_DOUBLE, MPI_MAX, comm);
    return took;
}

static void lose_one(MPI_Comm comm, double seconds, double half)
{
    pid_t stopper = 0;
    if (rank == size / 2)
        stopper = stop_later(half, 2 * seconds);
    broadcast(comm, seconds);
    if (rank == size / 2)
        waitpid(stopper, NULL, 0);
}

static void keep(const char *order, double seconds, double half)
{
    int count = 0;
    for (int d = 0; d < DESCRIPTORS; d++)
        count += present[d];
    if (count == 0)
        memset(field, 0, elements * sizeof *field);
    else
        fanout_mdc_fill(field, &mdc, present, MPI_FLOAT, NULL);
    write_field(order);
    printf("%s: %d of 8 after %.3f s, one member stopped after %.3f s\n", order, count, seconds,
           half);
}

int main(int argc, char **argv)
{
    static const char *const orders[] = {"spread", "sequence"};
    double half = 0, seconds = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    extent[0] = extent[1] = argc == 3 ? atoi(argv[2]) : 0;
    elements = (size_t)(extent[0] * extent[1]);
    field = malloc(elements * sizeof *field);
    if (elements == 0 || field == NULL || size < 3) {
        fprintf(stderr, "usage: stopped FIELD EDGE, on 3 ranks or more\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    for (int i = 0; i < 2; i++) {
        MPI_Comm comm = attach(orders[i]);
        double usual = warm_up(comm);
        if (i == 0) {
            half = usual / 2;
            seconds = 1.3 * usual;
        }
        if (rank == 0)
            read_field(argv[1]);
        else
            memset(field, 0, elements * sizeof *field);
        lose_one(comm, seconds, half);
        if (rank == size - 1)
            keep(orders[i], seconds, half);
        MPI_Comm_free(&comm);
    }
    free(field);
    MPI_Finalize();
    return 0;
}
