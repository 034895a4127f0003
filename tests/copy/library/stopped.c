/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stopped SOURCE /DESTINATION: copy with a time limit of two seconds. Rank 1 is stopped as soon as
 * its part of "DESTINATION.1" is there, for so long that the others give up. Each rank says what
 * came of it, and ends without MPI, which cannot be used any more.
 */
#include "config.h"

#include "fanout_copy.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GIVEN_UP = 8, ALL_SAID = 4 };

static void stop_parent(const char *destination)
{
    char part[4096];
    pid_t parent = getppid();
    const char *base = strrchr(destination, '/') + 1; /* it is an absolute path */
    snprintf(part, sizeof part, "%.*s.%s.1.fanout-part", (int)(base - destination), destination,
             base);
    while (access(part, F_OK) != 0)
        usleep(10 * 1000);
    kill(parent, SIGSTOP);
    sleep(GIVEN_UP);
    kill(parent, SIGCONT);
    _exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    int rank, error_class;
    char pattern[4096];
    MPI_Info info;
    fanout_copy_result *result;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc != 3)
        MPI_Abort(MPI_COMM_WORLD, 2);
    if (rank == 1 && fork() == 0)
        stop_parent(argv[2]);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Info_create(&info);
    MPI_Info_set(info, "timeout", "2");
    snprintf(pattern, sizeof pattern, "%s.%%r", argv[2]);
    int code = fanout_copy_file(argv[1], pattern, 0, MPI_COMM_WORLD, info, &result);
    MPI_Error_class(code, &error_class);
    printf("rank %d: %s\n", rank,
           error_class == fanout_error_class(FANOUT_ERR_TIMEOUT) ? "timeout" : "something else");
    for (int i = 0; result != NULL && i < result->problem_count; i++)
        printf("rank %d: %s\n", rank, result->problems[i].text);
    fflush(stdout);
    /* Launchers end all ranks when one is gone. */
    sleep(rank == 1 ? ALL_SAID : GIVEN_UP + ALL_SAID);
    _exit(EXIT_SUCCESS);
}
