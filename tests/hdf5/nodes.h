/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file nodes.h  Nodes as the placement of tests/run-mpi says, for those who ask MPI: the program's
 * MPI_Comm_split_type is in the place of the MPI library's.
 */
#ifndef FAN_TESTS_NODES_H
#define FAN_TESTS_NODES_H

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

/** The node of a rank of MPI_COMM_WORLD. */
static inline int node_of(int rank)
{
    const char *placement = getenv("FANOUT_TEST_PLACEMENT");
    if (placement == NULL || strcmp(placement, "unequal") != 0)
        return 0;
    return rank == 1 ? 1 : rank < 4 ? 0 : 2;
}

int MPI_Comm_split_type(MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm *part)
{
    if (type != MPI_COMM_TYPE_SHARED)
        return PMPI_Comm_split_type(comm, type, key, info, part);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return MPI_Comm_split(comm, node_of(rank), key, part);
}

#endif
