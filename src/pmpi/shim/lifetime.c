/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/lifetime.h"

#include "base/log.h"
#include "comm/key.h"
#include "launch/alone.h"
#include "pmpi/shim/stats.h"

#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>

static _Atomic bool alive;

/*
 * Called by MPI at the beginning of MPI_Finalize, in whatever language that is called, for
 * MPI_COMM_SELF.
 */
static int end(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)attribute, (void)extra;
    int rank;
    alive = false;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0 && fan_stats_wanted())
        fan_stats_print();
    return MPI_SUCCESS;
}

/* Of a program that is not ours it is not known whether it is meant to be alone. */
static void warn_if_alone(void)
{
    char text[480];
    if (fan_launch_alone_by_mistake(text, sizeof text) && text[0] != '\0')
        fan_warn("%s", text);
}

static bool begin(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool begun; /* it was alive once */
    int initialised, finalised;
    PMPI_Initialized(&initialised);
    PMPI_Finalized(&finalised);
    if (!initialised || finalised)
        return false;
    pthread_mutex_lock(&lock);
    if (!begun) {
        warn_if_alone();
        alive = fan_comm_at_finalize(end) == MPI_SUCCESS;
    }
    begun = true;
    pthread_mutex_unlock(&lock);
    return alive;
}

bool fan_shim_mpi_is_alive(void)
{
    return atomic_load_explicit(&alive, memory_order_acquire) || begin();
}
