/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_THREAD_MULTIPLE: threads broadcast at the same time, each on communicators of its own, in turn. The library's
 * state on these is made at the same time, too.
 */
#include "fanout.h"
#include "tests/common/tap.h"

#include <pthread.h>

enum { rounds = 60, count = 20000, threads = 6, communicators = 3 };

typedef struct work {
    MPI_Comm comms[communicators];
    int number;
    bool good;
} work;

static int rank, size;

static void *broadcast(void *argument)
{
    work *w = argument;
    int *data = malloc(count * sizeof *data);
    w->good = true;
    for (int round = 0; round < rounds; round++) {
        int root = (round + w->number) % size;
        int salt = round * threads + w->number;
        for (int i = 0; i < count; i++)
            data[i] = rank == root ? i ^ salt : -1;
        w->good = fanout_bcast(data, count, MPI_INT, root, w->comms[round % communicators]) == MPI_SUCCESS && w->good;
        for (int i = 0; i < count; i++)
            w->good = w->good && data[i] == (i ^ salt);
    }
    free(data);
    return NULL;
}

int main(void)
{
    tap_begin(MPI_THREAD_MULTIPLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int provided;
    MPI_Query_thread(&provided);
    if (provided < MPI_THREAD_MULTIPLE) {
        tap_ok(true, "threads # SKIP the MPI library has no MPI_THREAD_MULTIPLE");
        return tap_end();
    }
    work works[threads];
    pthread_t handles[threads];
    for (int i = 0; i < threads; i++) {
        works[i] = (work){.number = i};
        for (int c = 0; c < communicators; c++)
            MPI_Comm_dup(MPI_COMM_WORLD, &works[i].comms[c]);
    }
    for (int i = 0; i < threads; i++)
        pthread_create(&handles[i], NULL, broadcast, &works[i]);
    for (int i = 0; i < threads; i++)
        pthread_join(handles[i], NULL);
    for (int i = 0; i < threads; i++) {
        tap_ok(works[i].good, "thread %d: %d broadcasts on %d communicators beside the others", i, rounds,
               communicators);
        for (int c = 0; c < communicators; c++)
            MPI_Comm_free(&works[i].comms[c]);
    }
    return tap_end();
}
