/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/faults/survivor.h"

#include "fanout_mdc.h"

#include <stdbool.h>
#include <stdio.h>

#ifdef HAVE_MPI_ULFM
#include <math.h>
#include <mpi-ext.h>

enum { AXES = 3, EDGE = 64, ELEMENTS = EDGE * EDGE * EDGE, DESCRIPTORS = 8, CALLS = 4, LONG = 20 };

static const MPI_Count extent[AXES] = {EDGE, EDGE, EDGE};
static const int factor[AXES] = {2, 2, 2};
static const fanout_mdc mdc = {AXES, extent, factor, sizeof(int)};
static int array[ELEMENTS], present[DESCRIPTORS];

static int value(int element, int call)
{
    return element * 7 + call + 1;
}

static int descriptor_of(int element)
{
    return element / EDGE / EDGE % 2 * 4 + element / EDGE % 2 * 2 + element % 2;
}

static bool has_died(MPI_Comm comm, int rank)
{
    MPI_Group dead, all;
    int number;
    MPIX_Comm_get_failed(comm, &dead);
    MPI_Comm_group(comm, &all);
    MPI_Group_translate_ranks(all, 1, &rank, dead, &number);
    MPI_Group_free(&all);
    MPI_Group_free(&dead);
    return number != MPI_UNDEFINED;
}

/* Whoever dies, it returns, and soon, although there is no deadline. */
static int broadcast(MPI_Comm comm, int call)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    for (int i = 0; i < ELEMENTS; i++)
        array[i] = rank == 0 ? value(i, call) : 0;
    int code = fanout_mdc_bcast_within(array, &mdc, INFINITY, present, 0, comm);
    for (int i = 0; i < ELEMENTS && code == MPI_SUCCESS; i++)
        if (array[i] != value(i, call) && (present[descriptor_of(i)] || array[i] != 0))
            end_wrong("descriptors", MPI_SUCCESS);
    return code;
}

/* This rank may hear last that it has, from the launcher. */
static bool is_known_to_have_died(MPI_Comm comm, int rank)
{
    int moved;
    double begin = MPI_Wtime();
    while (!has_died(comm, rank) && MPI_Wtime() - begin < LONG)
        MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_SELF, &moved, MPI_STATUS_IGNORE);
    return has_died(comm, rank);
}

static void count_present(MPI_Comm comm, int least)
{
    int count = 0;
    for (int d = 0; d < DESCRIPTORS; d++)
        count += present[d];
    if (count < DESCRIPTORS)
        printf("some are missing\n");
    if (count < least && !is_known_to_have_died(comm, 0))
        end_wrong("too few descriptors", MPI_SUCCESS);
}

static bool agree(MPI_Comm comm, bool good)
{
    int all = good;
    return MPIX_Comm_agree(comm, &all) == MPI_SUCCESS && all;
}

int run_descriptors(MPI_Comm comm, int least)
{
    int code = fanout_comm_attach(comm, MPI_INFO_NULL);
    bool attached = agree(comm, code == MPI_SUCCESS); /* a death before that is an error */
    for (int call = 0; call < CALLS && attached; call++) {
        code = broadcast(comm, call);
        if (code != MPI_SUCCESS)
            end_wrong("fanout_mdc_bcast_within", code);
        count_present(comm, least);
    }
    agree(comm, true); /* what fails next ends the messages of those that are not here yet */
    return code != MPI_SUCCESS ? code : fanout_bcast(array, ELEMENTS, MPI_INT, 0, comm);
}

#endif
