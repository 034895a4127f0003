/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program with a session and without MPI_Init. Rank 0 prints "right", "wrong", or "none": there
 * are no sessions.
 */
#include "config.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 1 << 18 };

#if MPI_VERSION >= 4
static bool broadcast(MPI_Comm comm, int rank)
{
    bool good = true;
    int *data = malloc(COUNT * sizeof *data);
    for (int i = 0; i < COUNT; i++)
        data[i] = rank == 0 ? i : -1;
    MPI_Bcast(data, COUNT, MPI_INT, 0, comm);
    for (int i = 0; i < COUNT; i++)
        good = good && data[i] == i;
    free(data);
    return good;
}

int main(void)
{
    MPI_Session session;
    MPI_Group group;
    MPI_Comm comm;
    int rank;
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &session);
    MPI_Group_from_session_pset(session, "mpi://WORLD", &group);
    MPI_Comm_create_from_group(group, "shim", MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &comm);
    MPI_Comm_rank(comm, &rank);
    bool right = broadcast(comm, rank);
    MPI_Allreduce(MPI_IN_PLACE, &right, 1, MPI_C_BOOL, MPI_LAND, comm);
    if (rank == 0)
        puts(right ? "right" : "wrong");
    MPI_Comm_free(&comm);
    MPI_Group_free(&group);
    MPI_Session_finalize(&session);
    return !right;
}
#else
int main(void)
{
    puts("none");
    return 0;
}
#endif
