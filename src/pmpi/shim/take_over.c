/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/take_over.h"

#include "base/clock.h"
#include "comm/agree.h"
#include "comm/check.h"
#include "compat/mpi_calls.h"
#include "fanout.h"
#include "pmpi/shim/comm_record.h"
#include "pmpi/shim/device.h"
#include "pmpi/shim/lifetime.h"
#include "pmpi/shim/nonblocking.h"
#include "pmpi/shim/staged.h"
#include "pmpi/shim/stats.h"

#include <stdint.h>

/* The definitions behind us. */
static const fan_calls *next;

void fan_take_from(const fan_calls *behind)
{
    next = behind;
}

/* The arguments of a broadcast. */
typedef struct broadcast {
    void *buffer;
    MPI_Count count;
    MPI_Datatype datatype;
    int root;
    MPI_Comm comm;
    bool large; /* called with an MPI_Count */
} broadcast;

/* False, with 0 bytes, if MPI would not accept count and datatype or the product is too large. */
static bool get_bytes(const broadcast *b, MPI_Count *bytes)
{
    bool good = b->datatype != MPI_DATATYPE_NULL && b->count >= 0 &&
                fan_comm_bytes(b->count, b->datatype, bytes) == MPI_SUCCESS;
    if (!good)
        *bytes = 0;
    return good;
}

/* ---- device memory ---- */

/* A type may begin anywhere, or with MPI_BOTTOM have absolute addresses. */
static bool is_on_device(const broadcast *b, MPI_Count bytes)
{
    MPI_Count lower, extent;
    if (bytes == 0 || !fan_device_exists() ||
        fan_compat_type_true_extent(b->datatype, &lower, &extent) != MPI_SUCCESS)
        return false;
    return fan_device_has((const void *)((uintptr_t)b->buffer + (uintptr_t)lower));
}

/* Whether it is true on any rank. */
static bool agree(bool here, MPI_Comm comm, int *code)
{
    *code = fan_comm_any(comm, &here);
    return here;
}

/*
 * One rank's data may be in device memory and another's not, but all must do the same. So if a rank
 * has a device, the ranks agree on each broadcast. If no rank had one at first, they do not, and a
 * rank that starts a device's runtime later copies its data through host memory, which the others
 * need not know.
 */
static fan_stats_outcome look_for_devices(const broadcast *b, MPI_Count bytes,
                                          fan_comm_record *record, int *code)
{
    if (!record->asked) {
        record->has_devices = agree(fan_device_exists(), b->comm, code);
        record->asked = *code == MPI_SUCCESS;
        if (*code != MPI_SUCCESS)
            return FAN_TAKEN_OVER;
    }
    bool here = is_on_device(b, bytes);
    if (record->has_devices)
        return agree(here, b->comm, code) ? FAN_DEVICE_MEMORY : FAN_TAKEN_OVER;
    return here ? FAN_STAGED : FAN_TAKEN_OVER;
}

/* ---- what to do ---- */

/*
 * Whether MPI would not accept it, else FAN_TAKEN_OVER. Where there are no bytes, one rank may say
 * so by no element and another by elements of an empty type. Open MPI 4.1.4 returns at once on the
 * one and waits for all on the other, and then what follows on the communicator arrives wrong.
 */
static fan_stats_outcome look(broadcast *b, MPI_Count *bytes)
{
    *bytes = 0;
    if (!fan_shim_mpi_is_alive())
        return FAN_NOT_INITIALISED;
    if (b->comm == MPI_COMM_NULL || !get_bytes(b, bytes))
        return FAN_WRONG_ARGUMENT;
    if (*bytes == 0)
        b->count = 0; /* see above */
    return FAN_TAKEN_OVER;
}

/*
 * What MPI would not accept is passed through before anything is sent, so that MPI raises its own
 * error.
 */
static fan_stats_outcome decide(broadcast *b, MPI_Count *bytes, int *code)
{
    *code = MPI_SUCCESS;
    fan_stats_outcome verdict = look(b, bytes);
    if (verdict != FAN_TAKEN_OVER)
        return verdict;
    fan_nonblocking_prepare(b->comm);
    fan_comm_record *record;
    verdict = fan_comm_record_get(b->comm, b->root, &record, code);
    if (*code != MPI_SUCCESS || verdict != FAN_TAKEN_OVER)
        return verdict;
    return *bytes < record->min_bytes ? FAN_SMALL : look_for_devices(b, *bytes, record, code);
}

static int perform(const broadcast *b, MPI_Count bytes, fan_stats_outcome what)
{
    if (what == FAN_TAKEN_OVER)
        return fanout_bcast_c(b->buffer, b->count, b->datatype, b->root, b->comm);
    if (what == FAN_STAGED)
        return fan_staged_broadcast(b->buffer, b->count, b->datatype, bytes, b->root, b->comm,
                                    fanout_bcast_c);
    if (b->large)
        return next->bcast_c(b->buffer, b->count, b->datatype, b->root, b->comm);
    return next->bcast(b->buffer, (int)b->count, b->datatype, b->root, b->comm);
}

static double start_clock(void)
{
    return fan_stats_wanted() ? fan_clock_now() : 0;
}

static void count_call(fan_stats_outcome what, MPI_Count bytes, double start)
{
    if (fan_stats_wanted())
        fan_stats_add(what, bytes, fan_clock_now() - start);
}

static int take(broadcast *b)
{
    MPI_Count bytes = 0;
    int code;
    double start = start_clock();
    fan_stats_outcome what = decide(b, &bytes, &code);
    if (code == MPI_SUCCESS)
        code = perform(b, bytes, what);
    count_call(what, bytes, start);
    return code;
}

int fan_take_bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return take(&(broadcast){buffer, count, datatype, root, comm, false});
}

#ifdef HAVE_MPI_BCAST_C
int fan_take_bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return take(&(broadcast){buffer, count, datatype, root, comm, true});
}
#endif

/* ---- nonblocking ones ---- */

/* As with blocking ones, `here` alone may be on a device where no rank had one before. */
static fan_stats_outcome decide_nonblocking(broadcast *b, MPI_Count *bytes)
{
    fan_comm_record *record;
    fan_stats_outcome verdict = look(b, bytes);
    if (verdict != FAN_TAKEN_OVER)
        return FAN_NONBLOCKING;
    if (fan_comm_record_look(b->comm, &record) != MPI_SUCCESS ||
        record->verdict != FAN_TAKEN_OVER || b->root < 0 || b->root >= record->size ||
        !fan_nonblocking_is_ours(record, *bytes))
        return FAN_NONBLOCKING;
    return is_on_device(b, *bytes) ? FAN_STAGED : FAN_TAKEN_OVER;
}

static int perform_nonblocking(const broadcast *b, MPI_Count bytes, fan_stats_outcome what,
                               MPI_Request *request)
{
    if (what == FAN_TAKEN_OVER)
        return fan_nonblocking_start(b->buffer, b->count, b->datatype, b->root, b->comm, request);
    if (what == FAN_STAGED) {
        *request = MPI_REQUEST_NULL;
        return fan_staged_broadcast(b->buffer, b->count, b->datatype, bytes, b->root, b->comm,
                                    fan_nonblocking_wait);
    }
    if (b->large)
        return next->ibcast_c(b->buffer, b->count, b->datatype, b->root, b->comm, request);
    return next->ibcast(b->buffer, (int)b->count, b->datatype, b->root, b->comm, request);
}

static int take_nonblocking(broadcast *b, MPI_Request *request)
{
    MPI_Count bytes;
    double start = start_clock();
    fan_stats_outcome what = decide_nonblocking(b, &bytes);
    int code = perform_nonblocking(b, bytes, what, request);
    count_call(what == FAN_TAKEN_OVER ? FAN_TAKEN_OVER_NONBLOCKING : what, bytes, start);
    return code;
}

int fan_take_ibcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                    MPI_Request *request)
{
    return take_nonblocking(&(broadcast){buffer, count, datatype, root, comm, false}, request);
}

#ifdef HAVE_MPI_BCAST_C
int fan_take_ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm,
                      MPI_Request *request)
{
    return take_nonblocking(&(broadcast){buffer, count, datatype, root, comm, true}, request);
}
#endif

/* ---- where ranks may wait for each other ---- */

int fan_take_barrier(MPI_Comm comm)
{
    fan_nonblocking_prepare(comm);
    return next->barrier(comm);
}

int fan_take_allreduce(const void *data, void *result, int count, MPI_Datatype datatype, MPI_Op op,
                       MPI_Comm comm)
{
    fan_nonblocking_prepare(comm);
    return next->allreduce(data, result, count, datatype, op, comm);
}

/* ---- persistent ones are passed through as they are ---- */

#ifdef HAVE_MPI_BCAST_INIT
static void count_persistent(MPI_Count count, MPI_Datatype datatype, double start)
{
    MPI_Count bytes = 0;
    if (fan_stats_wanted() && fan_shim_mpi_is_alive())
        get_bytes(&(broadcast){.count = count, .datatype = datatype}, &bytes);
    count_call(FAN_PERSISTENT, bytes, start);
}

int fan_take_bcast_init(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                        MPI_Info info, MPI_Request *request)
{
    double start = start_clock();
    int code = next->bcast_init(buffer, count, datatype, root, comm, info, request);
    count_persistent(count, datatype, start);
    return code;
}
#endif

#ifdef HAVE_MPI_BCAST_C
int fan_take_bcast_init_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                          MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    double start = start_clock();
    int code = next->bcast_init_c(buffer, count, datatype, root, comm, info, request);
    count_persistent(count, datatype, start);
    return code;
}
#endif
