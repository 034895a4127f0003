/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/nonblocking.h"

#include "comm/agree.h"
#include "comm/check.h"
#include "fanout.h"
#include "pmpi/shim/device.h"
#include "pmpi/shim/lifetime.h"

#include <stdatomic.h>
#include <stdlib.h>

/* To prepare takes some milliseconds, so it is for programs that repeat themselves. */
enum { WISHES = 2, WISH_BYTES = 64 * 1024 };

/* Communicators of this process that wait for being prepared; some may have been freed since. */
static atomic_int waiting;

bool fan_nonblocking_is_ours(fan_comm_record *record, int64_t bytes)
{
    if (record->is_prepared)
        return bytes >= record->nonblocking_from;
    if (bytes >= WISH_BYTES && record->wishes < WISHES && ++record->wishes == WISHES)
        atomic_fetch_add(&waiting, 1);
    return false;
}

int fan_nonblocking_wait(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                         MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_ibcast_c(buffer, count, datatype, root, comm, &request);
    return code == MPI_SUCCESS ? fanout_wait(&request) : code;
}

int fan_nonblocking_start(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                          MPI_Comm comm, MPI_Request *request)
{
    fanout_request ours;
    int code = fanout_ibcast_c(buffer, count, datatype, root, comm, &ours);
    return code == MPI_SUCCESS ? fanout_request_mpi(&ours, request) : code;
}

/* Whether any rank lacks what it takes. */
static bool is_hindered(MPI_Comm comm, const void *memory)
{
    bool hindered = memory == NULL || !fan_comm_has_threads() || fan_device_exists();
    return fan_comm_any(comm, &hindered) != MPI_SUCCESS || hindered;
}

/* A broadcast of nothing of interest, the first one, is the one that waits for other ranks. */
static int64_t prepare(MPI_Comm comm)
{
    static const char *const least[] = {"fanout_min_bytes", NULL}, *const from[] = {
                                                                       "hides_from_bytes", NULL};
    int64_t bytes, result = INT64_MAX;
    if (fan_comm_record_ask(comm, least, &bytes) != MPI_SUCCESS)
        return result;
    void *memory = calloc((size_t)bytes, 1);
    if (!is_hindered(comm, memory) &&
        fan_nonblocking_wait(memory, bytes, MPI_BYTE, 0, comm) == MPI_SUCCESS &&
        fan_comm_record_ask(comm, from, &bytes) == MPI_SUCCESS)
        result = bytes;
    free(memory);
    return result;
}

void fan_nonblocking_prepare(MPI_Comm comm)
{
    if (atomic_load_explicit(&waiting, memory_order_relaxed) == 0 || comm == MPI_COMM_NULL ||
        !fan_shim_mpi_is_alive())
        return;
    fan_comm_record *record = fan_comm_record_find(comm);
    if (record == NULL || record->wishes < WISHES || record->is_prepared)
        return;
    record->nonblocking_from = prepare(comm);
    record->is_prepared = true;
    atomic_fetch_sub(&waiting, 1);
}
