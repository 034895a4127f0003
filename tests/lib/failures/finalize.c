/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: finalize world|freed|kept stop|late|linger|vanish
 * After a broadcast, on MPI_COMM_WORLD, on a duplicate that is freed again, or on two that are not,
 * rank 2 is stopped before MPI_Finalize (its number is in the file `stopped`), comes there late,
 * lives on after it, or ends after it without exit() while the others live on. For finalize.sh.
 */
#include "config.h"

#include "fanout.h"

#include <mpi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES = 1000000, MEANT = 2, LONG = 6 };

static void broadcast(const char *where)
{
    static char data[BYTES];
    MPI_Comm comm = MPI_COMM_WORLD;
    if (strcmp(where, "world") != 0)
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    fanout_bcast(data, BYTES, MPI_BYTE, 0, comm);
    MPI_Barrier(comm);
    if (strcmp(where, "freed") == 0)
        MPI_Comm_free(&comm);
}

static void stop(void)
{
    FILE *file = fopen("stopped", "w");
    if (file == NULL)
        exit(EXIT_FAILURE);
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
    raise(SIGSTOP);
}

int main(int argc, char **argv)
{
    int rank;
    MPI_Init(&argc, &argv);
    if (argc != 3)
        MPI_Abort(MPI_COMM_WORLD, 2);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    broadcast(argv[1]);
    if (strcmp(argv[1], "kept") == 0)
        broadcast("kept"); /* on another one */
    if (rank == MEANT && strcmp(argv[2], "stop") == 0)
        stop();
    if (rank == MEANT && strcmp(argv[2], "late") == 0)
        sleep(LONG);
    MPI_Finalize();
    bool vanishes = strcmp(argv[2], "vanish") == 0;
    if (rank == MEANT && vanishes) {
        sleep(1); /* MPICH 4.2.1: others may not have left MPI_Finalize yet */
        _exit(EXIT_SUCCESS);
    }
    if (rank == MEANT ? strcmp(argv[2], "linger") == 0 : vanishes)
        sleep(LONG);
    return EXIT_SUCCESS;
}
