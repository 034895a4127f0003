/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: victim [KIND ROUNDS]
 * Each kind of broadcast of libfanout, in turn, or one kind so many times, until one fails; then
 * the rank says so and waits a little, so that the others can say it, too, and aborts. What arrives
 * is compared. For faults.sh and soak.
 */
#include "config.h"

#include "fanout.h"
#include "fanout_mdc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SMALL = 1000, LARGE = 400000, DESCRIPTORS = 8, SECONDS_FOR_OTHERS = 1 };

static int rank;
static unsigned char data[LARGE];
static int present[DESCRIPTORS]; /* byte i is of descriptor i % DESCRIPTORS */

static void fill(int kind)
{
    for (int i = 0; i < LARGE; i++)
        data[i] = (unsigned char)(rank == 0 ? i * 7 + kind : 0);
    for (int d = 0; d < DESCRIPTORS; d++)
        present[d] = 1;
}

static bool is_right(int kind, int bytes)
{
    for (int i = 0; i < bytes; i++)
        if (data[i] != (unsigned char)(i * 7 + kind) && (data[i] != 0 || present[i % DESCRIPTORS]))
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

/* ---- descriptors ---- */

static const MPI_Count extent = LARGE;
static const int factor = DESCRIPTORS;
static const fanout_mdc mdc = {1, &extent, &factor, 1};

static int all_descriptors(void)
{
    return fanout_mdc_bcast(data, &mdc, NULL, NULL, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
}

/* What has come by a deadline is right; what is missing, untouched or right. */
static int some_descriptors(void)
{
    unsigned char small_data[SMALL];
    int code = fanout_comm_attach(MPI_COMM_WORLD, MPI_INFO_NULL); /* has a limit of its own */
    if (code == MPI_SUCCESS)
        code = fanout_mdc_bcast_within(data, &mdc, 0.3, present, 0, MPI_COMM_WORLD);
    if (code == MPI_SUCCESS) /* it says nothing of who is missing */
        code = fanout_bcast(small_data, SMALL, MPI_BYTE, 0, MPI_COMM_WORLD);
    return code;
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
    _exit(3); /* MPI_Abort of MPICH 4.2.1 returns */
}

typedef struct kind {
    const char *name;
    int (*call)(void);
    int bytes;
} kind;

static const kind kinds[] = {{"small", small, SMALL},
                             {"large", large, LARGE},
                             {"nonblocking", nonblocking, LARGE},
                             {"persistent", persistent, LARGE},
                             {"stream", stream, LARGE},
                             {"mdc", all_descriptors, LARGE},
                             {"mdc_within", some_descriptors, LARGE},
                             {"small again", small, SMALL}};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void run(const kind *k, int number)
{
    fill(number);
    int code = k->call();
    if (code != MPI_SUCCESS)
        fail(k->name, code);
    if (!is_right(number, k->bytes)) {
        printf("rank %d: %s: WRONG DATA\n", rank, k->name);
        fflush(stdout);
        MPI_Abort(MPI_COMM_WORLD, 4);
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 2 ? atoi(argv[2]) : 1;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    for (int number = 0; number < rounds * KINDS; number++)
        if (argc < 2 || strcmp(argv[1], kinds[number % KINDS].name) == 0)
            run(&kinds[number % KINDS], number);
    printf("rank %d: all is well\n", rank);
    fflush(stdout);
    return MPI_Finalize();
}
