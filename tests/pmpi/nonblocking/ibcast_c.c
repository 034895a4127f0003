/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ibcast_c LEVEL: a program that knows nothing of libfanout, whose broadcasts are nonblocking.
 * LEVEL is threads (MPI_THREAD_MULTIPLE), none, or some: rank 1 has none. Its last line, of rank 0,
 * is "right" or "wrong". nonblocking.sh knows how many broadcasts of each kind there are.
 */
#include "config.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE = 1 << 20, SMALL = 3, TAG = 7 };

static int rank, size;
static bool right = true;

static void expect(bool holds, const char *what)
{
    if (!holds)
        fprintf(stderr, "rank %d: %s\n", rank, what);
    right = right && holds;
}

typedef struct broadcast {
    int *data, count, salt;
    MPI_Request request;
} broadcast;

static broadcast begin(int count, int salt, int root, MPI_Comm comm)
{
    broadcast b = {.data = malloc((size_t)count * sizeof(int)), .count = count, .salt = salt};
    int own;
    MPI_Comm_rank(comm, &own);
    for (int i = 0; i < count; i++)
        b.data[i] = own == root ? i * 3 + salt : -1;
    MPI_Ibcast(b.data, count, MPI_INT, root, comm, &b.request);
    return b;
}

static bool end(broadcast *b)
{
    bool good = b->request == MPI_REQUEST_NULL;
    for (int i = 0; i < b->count; i++)
        good = good && b->data[i] == i * 3 + b->salt;
    free(b->data);
    return good;
}

static bool wait_for(broadcast *b)
{
    MPI_Wait(&b->request, MPI_STATUS_IGNORE);
    return end(b);
}

/* Two large ones, which are MPI's in any case, and a call in which ranks wait for each other. */
static void show_wish(MPI_Comm comm)
{
    for (int i = 0; i < 2; i++) {
        broadcast b = begin(LARGE, i, 0, comm);
        expect(wait_for(&b), "before it is prepared");
    }
}

/* 4 large ones, 1 small one. Nothing of ours is on MPI_COMM_SELF, nor on the communicator. */
static void mixed(MPI_Comm comm)
{
    int sent = rank, got = -1, self = 3, back = 0, next = (rank + 1) % size,
        before = (rank + size - 1) % size;
    MPI_Request requests[7];
    MPI_Status statuses[7];
    broadcast b[5];
    MPI_Irecv(&back, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_SELF, &requests[5]);
    MPI_Irecv(&got, 1, MPI_INT, before, MPI_ANY_TAG, comm, &requests[6]);
    for (int i = 0; i < 5; i++) {
        b[i] = begin(i == 2 ? SMALL : LARGE, 10 + i, i % size, comm);
        requests[i] = b[i].request;
    }
    MPI_Send(&sent, 1, MPI_INT, next, TAG, comm);
    MPI_Send(&self, 1, MPI_INT, 0, TAG, MPI_COMM_SELF);
    MPI_Waitall(7, requests, statuses);
    for (int i = 0; i < 5; i++) {
        b[i].request = requests[i];
        expect(end(&b[i]), "one of several, by MPI_Waitall");
    }
    expect(got == before && back == 3 && statuses[5].MPI_TAG == TAG, "messages among them");
}

/* 1. It is completed by MPI_Test alone. */
static void tested(MPI_Comm comm)
{
    broadcast b = begin(LARGE, 20, size - 1, comm);
    for (int done = 0; !done;)
        MPI_Test(&b.request, &done, MPI_STATUS_IGNORE);
    expect(end(&b), "by MPI_Test");
}

/* 1. The last rank has all before the others leave MPI_Recv. */
static void inside_of_receive(MPI_Comm comm)
{
    broadcast b = begin(LARGE, 30, 0, comm);
    int token = 0;
    if (rank == size - 1) {
        expect(wait_for(&b), "while others are in MPI_Recv");
        for (int to = 0; to < size - 1; to++)
            MPI_Send(&token, 1, MPI_INT, to, TAG, comm);
        return;
    }
    MPI_Recv(&token, 1, MPI_INT, size - 1, TAG, comm, MPI_STATUS_IGNORE);
    expect(wait_for(&b), "waited for after MPI_Recv");
}

/* 1. A rank may come to MPI_Ibcast only after what another one does after its own. */
static void one_after_the_other(MPI_Comm comm)
{
    int token = 0;
    if (rank > 0)
        MPI_Recv(&token, 1, MPI_INT, rank - 1, TAG, comm, MPI_STATUS_IGNORE);
    broadcast b = begin(LARGE, 40, size - 1, comm);
    if (rank < size - 1)
        MPI_Send(&token, 1, MPI_INT, rank + 1, TAG, comm);
    expect(wait_for(&b), "one rank after the other");
}

/* 2, among blocking ones. */
static void beside_blocking(MPI_Comm comm)
{
    int *data = calloc(LARGE, sizeof *data);
    broadcast first = begin(LARGE, 50, 0, comm);
    data[LARGE - 1] = rank == 1 ? 9 : 0;
    MPI_Bcast(data, LARGE, MPI_INT, 1, comm);
    broadcast second = begin(LARGE, 51, 1, comm);
    MPI_Barrier(comm);
    expect(wait_for(&second) && wait_for(&first) && data[LARGE - 1] == 9, "beside blocking ones");
    free(data);
}

/* 2 on each: the ranks start and end them in different order. */
static void on_two(MPI_Comm first, MPI_Comm second)
{
    MPI_Comm comms[2] = {first, second};
    broadcast b[2];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2; i++) {
            int which = rank % 2 ? 1 - i : i;
            b[which] = begin(LARGE, 60 + which, round, comms[which]);
        }
        bool good = wait_for(&b[0]);
        expect(wait_for(&b[1]) && good, "on two communicators in different order");
    }
}

/* 1. */
static void freed(MPI_Comm *comm)
{
    broadcast b = begin(LARGE, 70, 0, *comm);
    MPI_Comm_free(comm);
    expect(wait_for(&b), "the communicator was freed");
}

/* 1, MPI's. */
static void between_groups(void)
{
    MPI_Comm half, inter;
    bool low = rank < size / 2;
    int data = rank == 0 ? 17 : 0;
    MPI_Request request;
    MPI_Comm_split(MPI_COMM_WORLD, low, rank, &half);
    MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, low ? size / 2 : 0, 1, &inter);
    MPI_Ibcast(&data, 1, MPI_INT, !low ? 0 : rank == 0 ? MPI_ROOT : MPI_PROC_NULL, inter, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    expect(low || data == 17, "on an intercommunicator");
    MPI_Comm_free(&inter);
    MPI_Comm_free(&half);
}

/* MPI_Init comes before the rank is known otherwise. */
static bool is_rank_1(void)
{
    const char *text = getenv("OMPI_COMM_WORLD_RANK");
    text = text == NULL ? getenv("PMI_RANK") : text;
    return text != NULL && atoi(text) == 1;
}

int main(int argc, char **argv)
{
    const char *level = argc > 1 ? argv[1] : "none";
    bool threads = strcmp(level, "threads") == 0 || (strcmp(level, "some") == 0 && !is_rank_1());
    int provided, sum, all_right;
    MPI_Init_thread(&argc, &argv, threads ? MPI_THREAD_MULTIPLE : MPI_THREAD_SINGLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm other;
    MPI_Comm_dup(MPI_COMM_WORLD, &other);
    show_wish(MPI_COMM_WORLD);
    show_wish(other);
    one_after_the_other(other); /* here it must not be prepared */
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, other);
    expect(sum == size * (size - 1) / 2, "MPI_Allreduce");
    mixed(MPI_COMM_WORLD);
    tested(other);
    inside_of_receive(MPI_COMM_WORLD);
    one_after_the_other(MPI_COMM_WORLD);
    beside_blocking(MPI_COMM_WORLD);
    on_two(MPI_COMM_WORLD, other);
    freed(&other);
    between_groups();
    all_right = right;
    MPI_Allreduce(MPI_IN_PLACE, &all_right, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    if (rank == 0)
        puts(all_right ? "right" : "wrong");
    MPI_Finalize();
    return !all_right;
}
