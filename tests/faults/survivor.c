/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: [FANOUT_TEST_DIES_IN_SINK=RANK] survivor [LEAST]
 * Broadcasts of each kind; if one fails because a rank has died, all again on a communicator of the
 * survivors. What arrives is compared. With LEAST: run_descriptors in their place. A rank says
 * "rank N: death: TEXT" of a failure, and at the end "rank N: all is well". For ulfm.sh, which has
 * a rank killed. Exit status 77 without ULFM.
 */
#include "config.h"

#include "tests/faults/survivor.h"

#include "fanout.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_MPI_ULFM
#include <mpi-ext.h>
#include <signal.h>

/* A stream has more than a node's memory holds at once. */
enum { SMALL = 1000, LARGE = 200000, LONG = 4000000, ROUNDS = 2 };

static int rank;
static unsigned char data[LONG];

/* ---- a broadcast of each kind, of the same bytes ---- */

static int blocking(MPI_Comm comm, int bytes, int root)
{
    return fanout_bcast(data, bytes, MPI_BYTE, root, comm);
}

static int nonblocking(MPI_Comm comm, int bytes, int root)
{
    fanout_request request;
    int code = fanout_ibcast(data, bytes, MPI_BYTE, root, comm, &request);
    return code == MPI_SUCCESS ? fanout_wait(&request) : code;
}

static int persistent(MPI_Comm comm, int bytes, int root)
{
    fanout_request request;
    int code = fanout_bcast_init(data, bytes, MPI_BYTE, root, comm, MPI_INFO_NULL, &request);
    if (code != MPI_SUCCESS)
        return code;
    for (int i = 0; i < 3 && code == MPI_SUCCESS; i++) {
        code = fanout_start(&request);
        int flag = 0;
        while (code == MPI_SUCCESS && !flag)
            code = fanout_test(&request, &flag);
    }
    int freed = fanout_request_free(&request);
    return code == MPI_SUCCESS ? freed : code;
}

static int produce(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state;
    memcpy(buffer, data + offset, bytes);
    return 0;
}

static bool dies_in_sink(void)
{
    const char *meant = getenv("FANOUT_TEST_DIES_IN_SINK");
    return meant != NULL && atoi(meant) == rank;
}

static int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    (void)state;
    if (offset > LONG / 4 && dies_in_sink())
        raise(SIGKILL);
    memcpy(data + offset, buffer, bytes);
    return 0;
}

static int stream(MPI_Comm comm, int bytes, int root)
{
    return fanout_stream(bytes, produce, consume, NULL, root, comm, MPI_INFO_NULL);
}

typedef int broadcast(MPI_Comm comm, int bytes, int root);

static const struct {
    const char *name;
    broadcast *run;
    int bytes;
} kinds[] = {{"small", blocking, SMALL},
             {"large", blocking, LARGE},
             {"small-nonblocking", nonblocking, SMALL},
             {"nonblocking", nonblocking, LARGE},
             {"persistent", persistent, LARGE},
             {"small-persistent", persistent, SMALL},
             {"stream", stream, LONG}};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* ---- what is right ---- */

static unsigned char byte_of(int i, int round)
{
    return (unsigned char)(i * 7 + round);
}

void end_wrong(const char *what, int code)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int length;
    if (code != MPI_SUCCESS)
        MPI_Error_string(code, text, &length);
    printf("rank %d: WRONG: %s %s\n", rank, what, text);
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 4);
    _exit(4); /* MPI_Abort of MPICH 4.2.1 returns */
}

/* One broadcast from each root in turn; data that a rank has without an error is right. */
static int run_round(int kind, MPI_Comm comm, int round)
{
    int own, size, bytes = kinds[kind].bytes;
    MPI_Comm_rank(comm, &own);
    MPI_Comm_size(comm, &size);
    int root = round % size;
    for (int i = 0; i < bytes; i++)
        data[i] = own == root ? byte_of(i, round) : 0;
    int code = kinds[kind].run(comm, bytes, root);
    for (int i = 0; i < bytes && code == MPI_SUCCESS; i++)
        if (data[i] != byte_of(i, round))
            end_wrong("data", MPI_SUCCESS);
    return code;
}

static int class_of(int code)
{
    int error_class = MPI_SUCCESS;
    MPI_Error_class(code, &error_class);
    return error_class;
}

/* ---- the story ---- */

static void tell_failure(int code)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, text, &length);
    printf("rank %d: %s: %s\n", rank,
           class_of(code) == MPIX_ERR_PROC_FAILED ? "death" : "another error", text);
    fflush(stdout);
}

/* From now on every kind fails at once, and the communicator itself is not revoked. */
static void try_again(MPI_Comm comm)
{
    int revoked = 0;
    double begin = MPI_Wtime();
    for (int kind = 0; kind < KINDS; kind++)
        if (class_of(run_round(kind, comm, 0)) != MPIX_ERR_PROC_FAILED)
            end_wrong(kinds[kind].name, MPI_SUCCESS);
    if (MPI_Wtime() - begin > 5)
        end_wrong("what fails takes too long", MPI_SUCCESS);
    MPIX_Comm_is_revoked(comm, &revoked);
    if (revoked)
        end_wrong("the communicator of the user was revoked", MPI_SUCCESS);
}

static int run_kinds(MPI_Comm comm)
{
    int code = MPI_SUCCESS;
    for (int kind = 0; kind < KINDS && code == MPI_SUCCESS; kind++)
        for (int round = 0; round < ROUNDS && code == MPI_SUCCESS; round++)
            code = run_round(kind, comm, round);
    return code;
}

/* Whether all ranks have it; if not, `comm` becomes one without the dead. */
static bool have_all(MPI_Comm *comm, int code)
{
    MPI_Comm rest;
    int all_have = code == MPI_SUCCESS;
    if (code != MPI_SUCCESS) {
        tell_failure(code);
        try_again(*comm);
    }
    int agreed = MPIX_Comm_agree(*comm, &all_have);
    if (all_have && agreed == MPI_SUCCESS)
        return true;
    code = MPIX_Comm_shrink(*comm, &rest);
    if (code != MPI_SUCCESS)
        end_wrong("MPIX_Comm_shrink", code);
    MPI_Comm_free(comm);
    *comm = rest;
    return false;
}

int main(int argc, char **argv)
{
    int *ft, found;
    MPI_Comm comm;
    MPI_Init(&argc, &argv);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPIX_FT, &ft, &found);
    if (!found || !*ft)
        exit(77);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    PMPI_Comm_dup(MPI_COMM_WORLD, &comm); /* no step: nobody is to die in it */
    while (!have_all(&comm, argc > 1 ? run_descriptors(comm, atoi(argv[1])) : run_kinds(comm)))
        ;
    printf("rank %d: all is well\n", rank);
    fflush(stdout);
    MPI_Comm_free(&comm);
    return MPI_Finalize();
}

#else

int main(void)
{
    return 77;
}

#endif
