/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the level of thread support on each rank: level [thread]. */
#include "config.h"

#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int provided, level;
    if (argc > 1)
        MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    else
        MPI_Init(&argc, &argv);
    MPI_Query_thread(&level);
    puts(level != MPI_THREAD_MULTIPLE    ? "lower"
         : argc > 1 && provided != level ? "not told"
                                         : "multiple");
    MPI_Finalize();
    return 0;
}
