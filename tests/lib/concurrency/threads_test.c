/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_THREAD_MULTIPLE: threads broadcast at the same time, each on communicators of its own, in
 * turn. The library's state on these is made at the same time, too.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

#include <pthread.h>

enum { ROUNDS = 60, COUNT = 20000, THREADS = 6, COMMUNICATORS = 3 };

typedef struct work {
    MPI_Comm comms[COMMUNICATORS];
    int number;
    bool good;
} work;

static int rank, size;

static void *broadcast(void *argument)
{
    work *w = argument;
    int *data = malloc(COUNT * sizeof *data);
    w->good = true;
    for (int round = 0; round < ROUNDS; round++) {
        int root = (round + w->number) % size;
        int salt = round * THREADS + w->number;
        for (int i = 0; i < COUNT; i++)
            data[i] = rank == root ? i ^ salt : -1;
        w->good = fanout_bcast(data, COUNT, MPI_INT, root, w->comms[round % COMMUNICATORS]) ==
                      MPI_SUCCESS &&
                  w->good;
        for (int i = 0; i < COUNT; i++)
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
    work works[THREADS];
    pthread_t handles[THREADS];
    for (int i = 0; i < THREADS; i++) {
        works[i] = (work){.number = i};
        for (int c = 0; c < COMMUNICATORS; c++)
            MPI_Comm_dup(MPI_COMM_WORLD, &works[i].comms[c]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_create(&handles[i], NULL, broadcast, &works[i]);
    for (int i = 0; i < THREADS; i++)
        pthread_join(handles[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        tap_ok(works[i].good, "thread %d: %d broadcasts on %d communicators beside the others", i,
               ROUNDS, COMMUNICATORS);
        for (int c = 0; c < COMMUNICATORS; c++)
            MPI_Comm_free(&works[i].comms[c]);
    }
    return tap_end();
}
