/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: going_on BYTES VECTOR [THREADS]
 * Blocking broadcasts of so many bytes from each rank in turn, with FANOUT_ON_FAILURE=continue: of
 * bytes, or with VECTOR 1 of a type with gaps. With several threads, each has a communicator and
 * broadcasts of its own, which are numbered one behind the other. Each rank that lives says of each
 * broadcast "rank N: broadcast I: whole", or "lost: TEXT", and at the end "rank N: all is well".
 * For ulfm_continue.sh and ulfm_rescue.sh, which have ranks killed. Exit status 77 without ULFM.
 */
#include "config.h"

#include "fanout.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_MPI_ULFM
#include <mpi-ext.h>

enum { ROUNDS = 2, MOST_THREADS = 4 };

static int rank, size, bytes;
static bool has_gaps;
static MPI_Errhandler handler;
static _Thread_local int handled; /* calls of the error handler */

/* ---- the data: of each two bytes in memory one is sent, if there are gaps ---- */

static MPI_Datatype make_type(void)
{
    MPI_Datatype type;
    MPI_Type_vector(bytes, 1, has_gaps ? 2 : 1, MPI_BYTE, &type);
    MPI_Type_commit(&type);
    return type;
}

static unsigned char byte_of(int i, int number)
{
    return (unsigned char)(i % 251 + i / 251 * 7 + number * 3 + 1);
}

static bool is_data(int place)
{
    return has_gaps ? place % 2 == 0 : place < bytes;
}

static void set(unsigned char *data, int number, bool is_root)
{
    for (int i = 0; i < 2 * bytes; i++)
        data[i] = is_root && is_data(i) ? byte_of(i, number) : 0;
}

/* The place of the first wrong byte, -1 if there is none. */
static int find_wrong(const unsigned char *data, int number)
{
    for (int i = 0; i < 2 * bytes; i++)
        if (data[i] != (is_data(i) ? byte_of(i, number) : 0))
            return i;
    return -1;
}

/* ---- the story ---- */

static void say(int number, const char *what, const char *text)
{
    printf("rank %d: broadcast %d: %s%s\n", rank, number, what, text);
    fflush(stdout);
}

static void tell(const unsigned char *data, int number, int code)
{
    int error_class, length;
    char text[MPI_MAX_ERROR_STRING];
    MPI_Error_class(code, &error_class);
    MPI_Error_string(code, text, &length);
    int wrong = code == MPI_SUCCESS ? find_wrong(data, number) : -1;
    if (wrong >= 0)
        snprintf(text, sizeof text, "%d of byte %d", data[wrong], wrong);
    if (code == MPI_SUCCESS)
        say(number, wrong >= 0 ? "WRONG value " : "whole", wrong >= 0 ? text : "");
    else if (error_class == MPIX_ERR_PROC_FAILED && strstr(text, "bytes are lost") != NULL)
        say(number, "lost: ", text);
    else
        say(number, "WRONG error: ", text);
}

/* A rank that is the root may have its data where it cannot write; so nobody writes to a root. */
static void broadcast(unsigned char *data, MPI_Datatype type, int number, MPI_Comm comm)
{
    int root = number % size, before = handled;
    set(data, number, rank == root);
    int code = fanout_bcast(data, 1, type, root, comm);
    tell(data, number, code);
    if (handled != before + (code != MPI_SUCCESS))
        say(number, "WRONG: the error handler was not called once for an error", "");
}

static void count_errors(MPI_Comm *comm, int *code, ...)
{
    (void)comm, (void)code;
    handled++;
}

/* What cannot go on fails at once, and nothing was done to the communicator. */
static void try_nonblocking(unsigned char *data, MPI_Datatype type)
{
    int revoked, failed, agreed = 1, error_class = MPI_SUCCESS;
    MPI_Group dead;
    fanout_request request;
    MPIX_Comm_agree(MPI_COMM_WORLD, &agreed);
    MPIX_Comm_get_failed(MPI_COMM_WORLD, &dead);
    MPI_Group_size(dead, &failed);
    MPI_Group_free(&dead);
    int code = fanout_ibcast(data, 1, type, 0, MPI_COMM_WORLD, &request);
    if (code == MPI_SUCCESS)
        code = fanout_wait(&request);
    MPI_Error_class(code, &error_class);
    if (error_class != MPIX_ERR_PROC_FAILED && (failed > 0 || error_class != MPI_SUCCESS))
        say(-1, "WRONG: a nonblocking broadcast", "");
    MPIX_Comm_is_revoked(MPI_COMM_WORLD, &revoked);
    if (revoked)
        say(-1, "WRONG: the communicator of the user was revoked", "");
}

/* ---- threads ---- */

typedef struct strand {
    pthread_t thread;
    MPI_Comm comm;
    int first; /* number of its first broadcast */
} strand;

static void *run(void *argument)
{
    strand *s = argument;
    unsigned char *data = malloc(2 * (size_t)bytes + 1);
    MPI_Datatype type = make_type();
    for (int number = s->first; number < s->first + ROUNDS * size; number++)
        broadcast(data, type, number, s->comm);
    if (s->comm == MPI_COMM_WORLD)
        try_nonblocking(data, type);
    MPI_Type_free(&type);
    free(data);
    return NULL;
}

/* Communicators are left to MPI: freeing them is collective. */
static void run_threads(int threads)
{
    strand strands[MOST_THREADS] = {{.comm = MPI_COMM_WORLD}};
    for (int i = 1; i < threads; i++) {
        strands[i].first = i * ROUNDS * size;
        MPI_Comm_dup(MPI_COMM_WORLD, &strands[i].comm);
        MPI_Comm_set_errhandler(strands[i].comm, handler);
    }
    for (int i = 1; i < threads; i++)
        pthread_create(&strands[i].thread, NULL, run, &strands[i]);
    run(&strands[0]);
    for (int i = 1; i < threads; i++)
        pthread_join(strands[i].thread, NULL);
}

int main(int argc, char **argv)
{
    int *ft, found, provided;
    int threads = argc > 3 ? atoi(argv[3]) : 1;
    MPI_Init_thread(&argc, &argv, threads > 1 ? MPI_THREAD_MULTIPLE : MPI_THREAD_SINGLE, &provided);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPIX_FT, &ft, &found);
    if (!found || !*ft)
        exit(77);
    bytes = atoi(argv[1]);
    has_gaps = atoi(argv[2]) == 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_create_errhandler(count_errors, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    run_threads(threads);
    printf("rank %d: all is well\n", rank);
    fflush(stdout);
    MPI_Errhandler_free(&handler);
    return MPI_Finalize();
}

#else

int main(void)
{
    return 77;
}

#endif
