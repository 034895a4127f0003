/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Knows nothing of libfanout. Two ranks spawn two more, which the shim does not come to, merge with
 * them and broadcast; then each side broadcasts among itself. Rank 0 prints "right".
 */
#include "config.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHILDREN = 2, COUNT = 100000 };

static bool broadcast(int root, int salt, MPI_Comm comm)
{
    static int data[COUNT];
    int rank;
    MPI_Comm_rank(comm, &rank);
    for (int i = 0; i < COUNT; i++)
        data[i] = rank == root ? salt + i : -1;
    MPI_Bcast(data, COUNT, MPI_INT, root, comm);
    for (int i = 0; i < COUNT; i++)
        if (data[i] != salt + i)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    MPI_Comm parent, between, all;
    (void)argc;
    MPI_Init(NULL, NULL);
    MPI_Comm_get_parent(&parent);
    bool is_child = parent != MPI_COMM_NULL;
    if (is_child)
        between = parent;
    else
        MPI_Comm_spawn(argv[0], MPI_ARGV_NULL, CHILDREN, MPI_INFO_NULL, 0, MPI_COMM_WORLD, &between,
                       MPI_ERRCODES_IGNORE);
    MPI_Intercomm_merge(between, is_child, &all);
    bool good = true;
    int size, rank;
    MPI_Comm_size(all, &size);
    MPI_Comm_rank(all, &rank);
    for (int root = 0; root < size; root++)
        good = broadcast(root, root * 1000, all) && good;
    good = broadcast(0, 7, MPI_COMM_WORLD) && good;
    int wrong = !good;
    MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT, MPI_SUM, all);
    if (rank == 0)
        puts(wrong == 0 ? "right" : "wrong");
    MPI_Comm_free(&all);
    MPI_Comm_disconnect(&between);
    MPI_Finalize();
    return wrong != 0;
}
