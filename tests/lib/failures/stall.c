/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: stall ROOT RANK stop|sleep
 * A stream in which that rank is stopped in its sink, or sleeps there, for ever. Each of the others
 * writes what the stream ends with to a file, said.NUMBER, and ends the job when all have. Not to
 * standard output: a launcher that ends a job need not read all of it. For stall.sh.
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

/* In one step, so that who sees the file sees all of it. */
static void say(int rank, int code)
{
    int error_class, length;
    char text[MPI_MAX_ERROR_STRING], unfinished[32], name[32];
    MPI_Error_class(code, &error_class);
    MPI_Error_string(code, text, &length);
    snprintf(unfinished, sizeof unfinished, "unfinished.%d", rank);
    snprintf(name, sizeof name, "said.%d", rank);
    FILE *file = fopen(unfinished, "w");
    if (file == NULL)
        return;
    bool timed_out = error_class == fanout_error_class(FANOUT_ERR_TIMEOUT);
    fprintf(file, "rank %d: %s: %s\n", rank, timed_out ? "timeout" : "another error", text);
    fclose(file);
    rename(unfinished, name);
}

static bool all_others_have_said(int meant)
{
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int rank = 0; rank < size; rank++) {
        char name[32];
        snprintf(name, sizeof name, "said.%d", rank);
        if (rank != meant && access(name, F_OK) != 0)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    int rank;
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
    say(rank, code);
    while (!all_others_have_said(atoi(argv[2])))
        usleep(10000);
    MPI_Abort(MPI_COMM_WORLD, 3);
}
