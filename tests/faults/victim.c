/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: victim
 * Each kind of broadcast of libfanout, in turn, until one fails; then the rank says so and waits a
 * little, so that the others can say it, too, and aborts. What arrives is compared. For faults.sh.
 */
#include "config.h"

#include "fanout.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SMALL = 1000, LARGE = 400000, SECONDS_FOR_OTHERS = 2 };

static int rank;
static unsigned char data[LARGE];

static void fill(int kind)
{
    for (int i = 0; i < LARGE; i++)
        data[i] = (unsigned char)(rank == 0 ? i * 7 + kind : 0);
}

static bool is_right(int kind, int bytes)
{
    for (int i = 0; i < bytes; i++)
        if (data[i] != (unsigned char)(i * 7 + kind))
            return false;
    return true;
}

static int small(void)
{
    return fanout_bcast(data, SMALL, MPI_BYTE, 0, MPI_COMM_WORLD);
}

static int large(void)
{
    return fanout_bcast(data, LARGE, MPI_BYTE, 0, MPI_COMM_WORLD);
}

static int nonblocking(void)
{
    fanout_request request;
    int code = fanout_ibcast(data, LARGE, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    return code == MPI_SUCCESS ? fanout_wait(&request) : code;
}

static int persistent(void)
{
    fanout_request request;
    int code = fanout_bcast_init(data, LARGE, MPI_BYTE, 0, MPI_COMM_WORLD, MPI_INFO_NULL, &request);
    if (code == MPI_SUCCESS)
        code = fanout_start(&request);
    int flag = 0;
    while (code == MPI_SUCCESS && !flag)
        code = fanout_test(&request, &flag);
    if (code == MPI_SUCCESS)
        code = fanout_request_free(&request);
    return code;
}

static int produce(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state;
    memcpy(buffer, data + offset, bytes);
    return 0;
}

static int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    (void)state;
    memcpy(data + offset, buffer, bytes);
    return 0;
}

static int stream(void)
{
    return fanout_stream(LARGE, produce, consume, NULL, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
}

static void fail(const char *what, int code)
{
    char text[MPI_MAX_ERROR_STRING];
    int error_class, length;
    MPI_Error_class(code, &error_class);
    MPI_Error_string(code, text, &length);
    printf("rank %d: %s: %s: %s\n", rank, what,
           error_class == fanout_error_class(FANOUT_ERR_TIMEOUT) ? "timeout" : "error", text);
    fflush(stdout);
    sleep(SECONDS_FOR_OTHERS);
    MPI_Abort(MPI_COMM_WORLD, 3);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        int (*call)(void);
        int bytes;
    } kinds[] = {{"small", small, SMALL},
                 {"large", large, LARGE},
                 {"nonblocking", nonblocking, LARGE},
                 {"persistent", persistent, LARGE},
                 {"stream", stream, LARGE},
                 {"small again", small, SMALL}};
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    for (int kind = 0; kind < (int)(sizeof kinds / sizeof kinds[0]); kind++) {
        fill(kind);
        int code = kinds[kind].call();
        if (code != MPI_SUCCESS)
            fail(kinds[kind].name, code);
        if (!is_right(kind, kinds[kind].bytes)) {
            printf("rank %d: %s: WRONG DATA\n", rank, kinds[kind].name);
            MPI_Abort(MPI_COMM_WORLD, 4);
        }
    }
    printf("rank %d: all is well\n", rank);
    fflush(stdout);
    return MPI_Finalize();
}
