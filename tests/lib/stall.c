/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: stall ROOT STOPPED
 * A stream in which the rank STOPPED stops for ever in its sink. The others print what the stream
 * ends with. For stall.sh.
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

static int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    const bool *stops = state;
    (void)buffer;
    if (*stops && offset + (MPI_Count)bytes > STREAM_BYTES / 4)
        raise(SIGSTOP);
    return 0;
}

int main(int argc, char **argv)
{
    int rank, error_class, length;
    char text[MPI_MAX_ERROR_STRING];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc != 3) {
        fprintf(stderr, "usage: stall ROOT STOPPED\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    bool stops = rank == atoi(argv[2]);
    int code = fanout_stream(STREAM_BYTES, produce, consume, &stops, atoi(argv[1]), MPI_COMM_WORLD,
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
