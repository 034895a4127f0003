/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: broadcast-pattern                        list the patterns of tests/datatypes/patterns.h
 *        broadcast-pattern PATTERN mpi|fanout     broadcast one, and say on each rank what
 *                                                 became of it
 *
 * Started by bench/signatures, once for each pattern, because MPI libraries that do one wrong may
 * not return from it.
 */
#include "config.h"

#include "fanout.h"
#include "tests/datatypes/patterns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void list_patterns(void)
{
    for (int pattern = 0; pattern < pattern_count(); pattern++)
        printf("%d|%s|%s\n", pattern, pattern_text(pattern, true), pattern_text(pattern, false));
}

/* A line of its own for each rank, at once: this one may be all that comes. */
static void tell(pattern_outcome outcome)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(outcome.error_class, text, &length);
    if (outcome.error_class != MPI_SUCCESS)
        printf("error %.*s\n", (int)strcspn(text, ":,"), text);
    else
        printf(outcome.wrong > 0 ? "wrong\n" : "right\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        list_patterns();
        return 0;
    }
    int pattern = atoi(argv[1]);
    if (argc != 3 || pattern < 0 || pattern >= pattern_count()) {
        fprintf(stderr, "usage: broadcast-pattern [PATTERN mpi|fanout]\n");
        return 2;
    }
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    tell(pattern_run(pattern, strcmp(argv[2], "mpi") == 0 ? MPI_Bcast : fanout_bcast,
                     MPI_COMM_WORLD));
    MPI_Finalize();
    return 0;
}
