/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI_THREAD_MULTIPLE: each of several threads has many communicators, some of all ranks and some
 * of a part of them, on which it broadcasts for the first time while the others do the same. What
 * the library has to make for a communicator must not meet what it makes for another.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"
#include "tests/lib/concurrency/pattern.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { BYTES = 300000, THREADS = 6, OF_THREAD = 30 };

static int rank, size;

static bool broadcast(MPI_Comm comm, int salt, char *data)
{
    int ranks;
    MPI_Comm_size(comm, &ranks);
    return pattern_broadcast(data, BYTES, salt % ranks, comm, salt);
}

static MPI_Comm of_thread[THREADS][OF_THREAD];
static atomic_int wrong;

static void *broadcast_on_all(void *number)
{
    MPI_Comm *comms = number;
    char *data = malloc(BYTES);
    for (int i = 0; i < OF_THREAD; i++)
        if (!broadcast(comms[i], i, data))
            atomic_fetch_add(&wrong, 1);
    free(data);
    return NULL;
}

static void make_comms(void)
{
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < OF_THREAD; i++) {
            if (i % 3 == 0)
                MPI_Comm_split(MPI_COMM_WORLD, rank * 2 / size, -rank, &of_thread[t][i]);
            else if (i % 3 == 1)
                MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &of_thread[t][i]);
            else
                MPI_Comm_dup(MPI_COMM_WORLD, &of_thread[t][i]);
        }
}

static void test_threads(void)
{
    pthread_t threads[THREADS];
    make_comms();
    for (int t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, broadcast_on_all, of_thread[t]);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    tap_ok(atomic_load(&wrong) == 0, "first broadcasts in %d threads", THREADS);
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < OF_THREAD; i++)
            MPI_Comm_free(&of_thread[t][i]);
}

int main(void)
{
    int provided;
    tap_begin(MPI_THREAD_MULTIPLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Query_thread(&provided);
    if (provided < MPI_THREAD_MULTIPLE)
        tap_ok(true, "threads # SKIP the MPI library has no MPI_THREAD_MULTIPLE");
    else
        test_threads();
    return tap_end();
}
