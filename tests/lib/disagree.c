/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: disagree BYTES ROOT OTHER_BYTES OTHER_ROOT
 * One broadcast with MPI_ERRORS_ARE_FATAL, in which the last rank gives the other two. For
 * disagree.sh.
 */
#include "config.h"

#include "fanout.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc != 5) {
        fprintf(stderr, "usage: disagree BYTES ROOT OTHER_BYTES OTHER_ROOT\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    int first = rank == size - 1 ? 3 : 1, bytes = atoi(argv[first]);
    char *data = calloc((size_t)bytes + 1, 1);
    if (data == NULL)
        MPI_Abort(MPI_COMM_WORLD, 2);
    fanout_bcast(data, bytes, MPI_BYTE, atoi(argv[first + 1]), MPI_COMM_WORLD);
    free(data);
    MPI_Finalize();
    return 0;
}
