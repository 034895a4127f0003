/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: stall ROOT RANK stop|sleep
 * A stream in which that rank is stopped in its sink, or sleeps there, for ever. The others print
 * what the stream ends with. For stall.sh.
 */
#include "config.h"

#include "fanout.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STREAM_BYTES = 40000000 };

static int produce(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state, (void)offset;
    memset(buffer, 1, bytes);
    return 0;
}

typedef struct fault {
    bool stops, sleeps;
} fault;

static int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    const fault *f = state;
    (void)buffer;
    if (offset + (MPI_Count)bytes <= STREAM_BYTES / 4)
        return 0;
    if (f->stops)
        raise(SIGSTOP);
    if (f->sleeps)
        sleep(1000);
    return 0;
}

int main(int argc, char **argv)
{
    int rank, error_class, length;
    char text[MPI_MAX_ERROR_STRING];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc != 4) {
        fprintf(stderr, "usage: stall ROOT RANK stop|sleep\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    bool is_meant = rank == atoi(argv[2]), stops = strcmp(argv[3], "stop") == 0;
    fault f = {.stops = is_meant && stops, .sleeps = is_meant && !stops};
    int code = fanout_stream(STREAM_BYTES, produce, consume, &f, atoi(argv[1]), MPI_COMM_WORLD,
                             MPI_INFO_NULL);
    MPI_Error_class(code, &error_class);
    MPI_Error_string(code, text, &length);
    printf("rank %d: %s: %s\n", rank,
           error_class == fanout_error_class(FANOUT_ERR_TIMEOUT) ? "timeout" : "another error",
           text);
    fflush(stdout);
    sleep(2); /* the others print, too */
    MPI_Abort(MPI_COMM_WORLD, 3);
}
