/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rank 1 has a nonblocking broadcast pending, which it has not waited for, when it enters another
 * call of fanout.h on another communicator. The others wait for that broadcast before they enter
 * the call, so it ends only if rank 1 sees to it from there.
 */
#include "config.h"

#include "fanout_mdc.h"
#include "tests/common/tap.h"
#include "tests/lib/concurrency/pattern.h"

#include <stdlib.h>
#include <string.h>

enum { PENDING = 8 << 20, SOME = 300000 };

static int rank, size;
static char *pending, *data;

/* ---- calls ---- */

static bool broadcast(MPI_Comm comm, int bytes)
{
    return pattern_broadcast(data, bytes, size - 1, comm, bytes);
}

static bool broadcast_small(MPI_Comm comm)
{
    return broadcast(comm, 100);
}

static bool broadcast_medium(MPI_Comm comm)
{
    return broadcast(comm, 20000);
}

static bool broadcast_large(MPI_Comm comm)
{
    return broadcast(comm, SOME);
}

/* The 65th small one connects the communicator, and those that follow are messages of ours. */
static bool broadcast_often(MPI_Comm comm)
{
    bool good = true;
    for (int i = 0; i < 70; i++)
        good = broadcast_small(comm) && good;
    return good;
}

static int write_some(void *unused, MPI_Count offset, void *piece, size_t bytes)
{
    (void)unused;
    for (size_t i = 0; i < bytes; i++)
        ((char *)piece)[i] = (char)((offset + (MPI_Count)i) * 3);
    return 0;
}

static int take(void *wrong, MPI_Count offset, const void *piece, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        *(bool *)wrong =
            *(bool *)wrong || ((const char *)piece)[i] != (char)((offset + (MPI_Count)i) * 3);
    return 0;
}

static bool stream(MPI_Comm comm)
{
    bool wrong = false;
    return fanout_stream(SOME, write_some, take, &wrong, size - 1, comm, MPI_INFO_NULL) ==
               MPI_SUCCESS &&
           !wrong;
}

static bool attach(MPI_Comm comm)
{
    return fanout_comm_attach(comm, MPI_INFO_NULL) == MPI_SUCCESS;
}

static bool explain(MPI_Comm comm)
{
    char *text = NULL;
    bool good = fanout_explain(comm, SOME, size - 1, &text) == MPI_SUCCESS;
    free(text);
    return good;
}

static bool start_persistent(MPI_Comm comm, int bytes)
{
    fanout_request request;
    int root = size - 1;
    pattern_fill(data, bytes, root, comm, 5);
    bool good = fanout_bcast_init(data, bytes, MPI_BYTE, root, comm, MPI_INFO_NULL, &request) ==
                    MPI_SUCCESS &&
                fanout_start(&request) == MPI_SUCCESS && fanout_wait(&request) == MPI_SUCCESS;
    return fanout_request_free(&request) == MPI_SUCCESS && good && pattern_is_right(data, bytes, 5);
}

static bool persistent_large(MPI_Comm comm)
{
    return start_persistent(comm, SOME);
}

static bool persistent_small(MPI_Comm comm)
{
    return start_persistent(comm, 100);
}

static bool nonblocking(MPI_Comm comm)
{
    fanout_request request;
    pattern_fill(data, SOME, size - 1, comm, 6);
    return fanout_ibcast(data, SOME, MPI_BYTE, size - 1, comm, &request) == MPI_SUCCESS &&
           fanout_wait(&request) == MPI_SUCCESS && pattern_is_right(data, SOME, 6);
}

static MPI_Count read_some(void *unused, MPI_Count offset, void *piece, size_t bytes)
{
    size_t left = SOME - (size_t)offset, some = bytes < left ? bytes : left;
    write_some(unused, offset, piece, some);
    return (MPI_Count)some;
}

static bool stream_to_end(MPI_Comm comm)
{
    bool wrong = false;
    MPI_Count length;
    return fanout_stream_to_end(read_some, take, &wrong, size - 1, comm, MPI_INFO_NULL, &length) ==
               MPI_SUCCESS &&
           !wrong && length == SOME;
}

/* So many that ranks agree on the memory for their lists. */
static bool descriptors(MPI_Comm comm)
{
    const MPI_Count extent[] = {SOME};
    const int factor[] = {SOME};
    const fanout_mdc mdc = {1, extent, factor, 1};
    pattern_fill(data, SOME, size - 1, comm, 7);
    return fanout_mdc_bcast(data, &mdc, NULL, NULL, size - 1, comm, MPI_INFO_NULL) == MPI_SUCCESS &&
           pattern_is_right(data, SOME, 7);
}

static bool information(MPI_Comm comm)
{
    MPI_Info info;
    bool good = fanout_comm_get_info(comm, &info) == MPI_SUCCESS;
    return good && MPI_Info_free(&info) == MPI_SUCCESS;
}

static const struct {
    const char *name;
    bool (*call)(MPI_Comm comm);
} calls[] = {{"a small broadcast", broadcast_small},
             {"a medium broadcast", broadcast_medium},
             {"a large broadcast", broadcast_large},
             {"many small broadcasts", broadcast_often},
             {"a stream", stream},
             {"attaching parameters", attach},
             {"an explanation", explain},
             {"a large persistent broadcast", persistent_large},
             {"a small persistent broadcast", persistent_small},
             {"a nonblocking broadcast", nonblocking},
             {"a stream to its end", stream_to_end},
             {"descriptors", descriptors},
             {"what is in force", information}};
enum { CALLS = sizeof calls / sizeof calls[0] };

/* ---- behind a pending one ---- */

static bool entangle(int call, MPI_Comm whole, MPI_Comm other)
{
    fanout_request request;
    pattern_fill(pending, PENDING, 0, whole, call);
    bool good = fanout_ibcast(pending, PENDING, MPI_BYTE, 0, whole, &request) == MPI_SUCCESS;
    if (rank != 1)
        good = fanout_wait(&request) == MPI_SUCCESS && good;
    good = calls[call].call(other) && good;
    if (rank == 1)
        good = fanout_wait(&request) == MPI_SUCCESS && good;
    return good && pattern_is_right(pending, PENDING, call);
}

/* First on a communicator that is new, then again. */
static void test_call(int call, MPI_Comm whole, MPI_Info hints, const char *how)
{
    MPI_Comm other;
    MPI_Comm_dup(MPI_COMM_WORLD, &other);
    if (hints != MPI_INFO_NULL)
        fanout_comm_attach(other, hints);
    bool good = entangle(call, whole, other);
    tap_ok(good, "%s, the first call on its communicator%s", calls[call].name, how);
    tap_ok(entangle(call, whole, other), "and the second");
    MPI_Comm_free(&other);
}

/* Of other ranks than those with the pending broadcast, in another order. */
static void test_reversed(int call, MPI_Comm whole)
{
    MPI_Comm other;
    MPI_Comm_split(MPI_COMM_WORLD, 0, -rank, &other);
    tap_ok(entangle(call, whole, other), "%s on a communicator of another group", calls[call].name);
    MPI_Comm_free(&other);
}

int main(void)
{
    MPI_Comm whole;
    MPI_Info hints;
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    pending = malloc(PENDING);
    data = malloc(SOME);
    MPI_Comm_dup(MPI_COMM_WORLD, &whole);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_check", "1");
    for (int call = 0; call < CALLS; call++) {
        test_call(call, whole, MPI_INFO_NULL, "");
        test_call(call, whole, hints, ", with check");
        test_reversed(call, whole);
    }
    MPI_Info_free(&hints);
    MPI_Comm_free(&whole);
    free(pending);
    free(data);
    return tap_end();
}
