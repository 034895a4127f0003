/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that knows nothing of libfanout: broadcasts of many kinds, each checked. Its last line,
 * of rank 0, is "right" or "wrong". tests/pmpi/shim.sh knows how many broadcasts of each kind there
 * are.
 */
#include "config.h"

#include <mpi.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = 2, LARGE = 1 << 18 };

static int rank, size;
static bool right = true;

static void expect(bool holds, const char *what)
{
    if (!holds)
        fprintf(stderr, "rank %d: %s\n", rank, what);
    right = right && holds;
}

static int value(int index, int root)
{
    return (int)((unsigned)index * 2654435761u >> 3) + root;
}

static int *make(int count, int step, int root, bool has)
{
    int *data = calloc((size_t)count * (size_t)step, sizeof *data);
    for (int i = 0; has && i < count; i++)
        data[i * step] = value(i, root);
    return data;
}

static bool check(const int *data, int count, int step, int root)
{
    bool good = true;
    for (int i = 0; i < count; i++)
        good = good && data[i * step] == value(i, root);
    return good;
}

static void from_every_root(int count, MPI_Comm comm)
{
    for (int root = 0; root < size; root++) {
        int *data = make(count, 1, root, rank == root);
        MPI_Bcast(data, count, MPI_INT, root, comm);
        expect(check(data, count, 1, root), "MPI_Bcast from every root");
        free(data);
    }
}

/* Rank 0 has every second integer, the others one piece. */
static void with_unequal_types(void)
{
    MPI_Datatype second;
    MPI_Type_vector(LARGE, 1, 2, MPI_INT, &second);
    MPI_Type_commit(&second);
    int step = rank == 0 ? 2 : 1, *data = make(LARGE, step, 0, rank == 0);
    MPI_Bcast(data, rank == 0 ? 1 : LARGE, rank == 0 ? second : MPI_INT, 0, MPI_COMM_WORLD);
    expect(check(data, LARGE, step, 0), "unequal types of equal signature");
    free(data);
    MPI_Type_free(&second);
}

static void with_bottom(void)
{
    MPI_Datatype absolute;
    MPI_Aint address;
    int count = LARGE, *data = make(LARGE, 1, 1, rank == 1);
    MPI_Get_address(data, &address);
    MPI_Type_create_hindexed(1, &count, &address, MPI_INT, &absolute);
    MPI_Type_commit(&absolute);
    MPI_Bcast(MPI_BOTTOM, 1, absolute, 1, MPI_COMM_WORLD);
    expect(check(data, LARGE, 1, 1), "MPI_BOTTOM");
    MPI_Type_free(&absolute);
    free(data);
}

static void on_other_communicators(void)
{
    int *data = make(LARGE, 1, 0, true);
    MPI_Bcast(data, LARGE, MPI_INT, 0, MPI_COMM_SELF);
    free(data);

    /* Rank 0 on one side, the others on the other. */
    MPI_Comm side, between;
    MPI_Comm_split(MPI_COMM_WORLD, rank == 0, rank, &side);
    MPI_Intercomm_create(side, 0, MPI_COMM_WORLD, rank == 0 ? 1 : 0, 5, &between);
    data = make(LARGE, 1, 0, rank == 0);
    MPI_Bcast(data, LARGE, MPI_INT, rank == 0 ? MPI_ROOT : 0, between);
    expect(check(data, LARGE, 1, 0), "intercommunicator");
    free(data);
    MPI_Comm_free(&between);
    MPI_Comm_free(&side);
}

/* MPI gives the handle of a communicator that was freed to the next one. */
static void on_reused_handles(void)
{
    for (int i = 0; i < 10; i++) {
        MPI_Comm comm;
        int *data = make(LARGE, 1, 0, rank == 0);
        MPI_Comm_split(MPI_COMM_WORLD, rank, 0, &comm);
        MPI_Bcast(data, LARGE, MPI_INT, 0, comm);
        MPI_Bcast(data, LARGE, MPI_INT, 0, comm);
        MPI_Comm_free(&comm);
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        MPI_Bcast(data, LARGE, MPI_INT, 0, comm);
        MPI_Comm_free(&comm);
        expect(check(data, LARGE, 1, 0), "communicators freed at once");
        free(data);
    }
}

static int class_of(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class;
}

static void with_wrong_arguments(void)
{
    MPI_Comm comm;
    int data[4] = {0};
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    expect(class_of(MPI_Bcast(data, -1, MPI_INT, 0, comm)) == MPI_ERR_COUNT, "negative count");
    expect(class_of(MPI_Bcast(data, 4, MPI_DATATYPE_NULL, 0, comm)) == MPI_ERR_TYPE,
           "null datatype");
    expect(class_of(MPI_Bcast(data, 4, MPI_INT, size, comm)) == MPI_ERR_ROOT, "root too large");
    expect(class_of(MPI_Bcast(data, 4, MPI_INT, 0, MPI_COMM_NULL)) == MPI_ERR_COMM,
           "null communicator");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
    MPI_Comm_free(&comm);
}

static void with_requests(void)
{
    MPI_Request request;
    int *data = make(LARGE, 1, 0, rank == 0);
    MPI_Ibcast(data, LARGE, MPI_INT, 0, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    expect(check(data, LARGE, 1, 0), "MPI_Ibcast");
    free(data);
#ifdef HAVE_MPI_BCAST_INIT
    data = make(LARGE, 1, 0, rank == 0);
    MPI_Bcast_init(data, LARGE, MPI_INT, 0, MPI_COMM_WORLD, MPI_INFO_NULL, &request);
    MPI_Start(&request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    MPI_Request_free(&request);
    expect(check(data, LARGE, 1, 0), "MPI_Bcast_init");
    free(data);
#endif
}

static void with_large_count(void)
{
    int *data = make(LARGE, 1, 0, rank == 0);
#ifdef HAVE_MPI_BCAST_C
    MPI_Bcast_c(data, LARGE, MPI_INT, 0, MPI_COMM_WORLD);
#else
    MPI_Bcast(data, LARGE, MPI_INT, 0, MPI_COMM_WORLD);
#endif
    expect(check(data, LARGE, 1, 0), "MPI_Bcast_c");
    free(data);
}

static void *in_a_thread(void *comm)
{
    from_every_root(LARGE, *(MPI_Comm *)comm);
    return NULL;
}

static void in_threads(void)
{
    MPI_Comm comms[2];
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, in_a_thread, &comms[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++)
        MPI_Comm_free(&comms[i]);
}

int main(void)
{
    int provided;
    const char *expected = getenv("FANOUT_TEST_RANKS");
    MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    expect(expected != NULL && atoi(expected) == size, "number of ranks");
    expect(provided == MPI_THREAD_MULTIPLE, "MPI_THREAD_MULTIPLE");
    in_threads();
    from_every_root(SMALL, MPI_COMM_WORLD);
    from_every_root(LARGE, MPI_COMM_WORLD);
    with_unequal_types();
    with_bottom();
    with_large_count();
    on_other_communicators();
    on_reused_handles();
    with_wrong_arguments();
    with_requests();
    MPI_Allreduce(MPI_IN_PLACE, &right, 1, MPI_C_BOOL, MPI_LAND, MPI_COMM_WORLD);
    if (rank == 0)
        puts(right ? "right" : "wrong");
    fflush(stdout);
    MPI_Finalize();
    return !right;
}
