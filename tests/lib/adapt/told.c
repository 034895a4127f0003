/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: told BYTES CALLS [attach]
 * So many broadcasts on a communicator that is freed, and on MPI_COMM_WORLD; then rank 0 prints
 * what fanout_explain says of the latter. With attach the network is measured before, at length.
 */
#include "config.h"

#include "fanout.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void broadcast(void *data, int bytes, int calls, MPI_Comm comm)
{
    for (int i = 0; i < calls; i++)
        fanout_bcast(data, bytes, MPI_BYTE, 0, comm);
}

int main(int argc, char **argv)
{
    int rank;
    MPI_Comm freed;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    int bytes = argc >= 3 ? atoi(argv[1]) : 0, calls = argc >= 3 ? atoi(argv[2]) : 0;
    bool attaches = argc == 4 && strcmp(argv[3], "attach") == 0;
    char *data = calloc((size_t)bytes + 1, 1), *words;
    if (data == NULL || bytes <= 0 || calls <= 0 || argc > 3 + attaches) {
        fprintf(stderr, "usage: told BYTES CALLS [attach]\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    MPI_Comm_dup(MPI_COMM_WORLD, &freed);
    if (attaches)
        fanout_comm_attach(freed, MPI_INFO_NULL);
    broadcast(data, bytes, calls, freed);
    MPI_Comm_free(&freed);
    broadcast(data, bytes, calls, MPI_COMM_WORLD);
    fanout_explain(MPI_COMM_WORLD, bytes, 0, &words);
    if (rank == 0)
        fputs(words, stdout);
    free(words);
    free(data);
    MPI_Finalize();
    return 0;
}
