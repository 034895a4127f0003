/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/target/layout.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef struct witness {
    char host[FAN_COPY_HOST];
    int rank; /* in the job */
} witness;

static witness call(const fan_copy_outcome *outcome, int rank, MPI_Comm comm)
{
    witness one = {.rank = outcome->rank};
    memcpy(one.host, outcome->host, sizeof one.host);
    MPI_Bcast(&one, sizeof one, MPI_BYTE, rank, comm);
    return one;
}

bool fan_copy_layout_agree(const fan_copy_targets *targets, bool found,
                           const fan_copy_outcome *outcome, MPI_Comm comm, char *text, size_t size)
{
    int rank,
        first[2] = {INT_MAX, INT_MAX}; /* for which DST is the copy, and for which it is in it */
    MPI_Comm_rank(comm, &rank);
    if (found)
        first[targets->into] = rank;
    MPI_Allreduce(MPI_IN_PLACE, first, 2, MPI_INT, MPI_MIN, comm);
    if (first[0] == INT_MAX || first[1] == INT_MAX)
        return true;
    witness has = call(outcome, first[1], comm), lacks = call(outcome, first[0], comm);
    snprintf(text, size,
             "is a directory on %s (rank %d), but not on %s (rank %d), so the copies would not "
             "have the same names; add -T (--no-target-directory) if DST is to be the copy itself, "
             "or make the directory on every host",
             has.host, has.rank, lacks.host, lacks.rank);
    return false;
}
