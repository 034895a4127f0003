/* SPDX-License-Identifier: BSD-3-Clause */
/* spawn_one PROGRAM ARGUMENTS...: start it as a job of one process by MPI_Comm_spawn. */
#include "config.h"

#include <mpi.h>

int main(int argc, char **argv)
{
    MPI_Comm child;
    MPI_Init(&argc, &argv);
    int code = MPI_Comm_spawn(argv[1], argv + 2, 1, MPI_INFO_NULL, 0, MPI_COMM_WORLD, &child,
                              MPI_ERRCODES_IGNORE);
    MPI_Finalize();
    return code != MPI_SUCCESS;
}
