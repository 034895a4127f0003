/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Communicators that are freed before their broadcasts have ended. MPI deletes the attribute of the
 * library then, or, as MPICH does, when the last call on the communicator ends.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"
#include "tests/lib/concurrency/pattern.h"

#include <stdlib.h>
#include <unistd.h>

enum { BYTES = 3000000, ROUNDS = 30 };

static int rank, size;
static char *data;

static MPI_Comm make_comm(const char *key, const char *value)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, key, value);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    return comm;
}

static void test_in_flight(const char *key, const char *value)
{
    bool good = true;
    for (int i = 0; i < ROUNDS; i++) {
        MPI_Comm comm = make_comm(key, value);
        fanout_request request;
        pattern_fill(data, BYTES, i % size, MPI_COMM_WORLD, i);
        if (rank == (i + 1) % size)
            usleep(5000);
        good =
            fanout_ibcast(data, BYTES, MPI_BYTE, i % size, comm, &request) == MPI_SUCCESS && good;
        MPI_Comm_free(&comm);
        good = fanout_wait(&request) == MPI_SUCCESS && pattern_is_right(data, BYTES, i) && good;
    }
    tap_ok(good, "%s=%s: freed while a broadcast is in flight", key, value);
}

/* The program's own call keeps MPICH from deleting the attribute. */
#ifdef OPEN_MPI
static void test_behind_call_of_mpi(void)
{
    tap_ok(true, "freed while a call of MPI is pending # SKIP Open MPI 4.1.4 itself crashes");
}
#else
static void test_behind_call_of_mpi(void)
{
    bool good = true;
    for (int i = 0; i < ROUNDS; i++) {
        MPI_Comm comm = make_comm("fanout_min_bytes", "64K"),
                 other = make_comm("fanout_check", "0");
        int value = 0, sum = 0;
        MPI_Request mpi;
        fanout_request request;
        pattern_fill(data, BYTES, 0, MPI_COMM_WORLD, i);
        MPI_Iallreduce(&value, &sum, 1, MPI_INT, MPI_SUM, comm, &mpi);
        MPI_Comm_free(&comm);
        good = fanout_ibcast(data, BYTES, MPI_BYTE, 0, other, &request) == MPI_SUCCESS && good;
        good = fanout_wait(&request) == MPI_SUCCESS && pattern_is_right(data, BYTES, i) && good;
        MPI_Wait(&mpi, MPI_STATUS_IGNORE);
        MPI_Comm_free(&other);
    }
    tap_ok(good, "freed while a call of MPI is pending");
}
#endif

static void test_persistent(int bytes)
{
    MPI_Comm comm = make_comm("fanout_check", "0");
    fanout_request request;
    fanout_bcast_init(data, bytes, MPI_BYTE, 1, comm, MPI_INFO_NULL, &request);
    MPI_Comm_free(&comm);
    bool good = true;
    for (int i = 0; i < 3; i++) {
        data[bytes - 1] = (char)(rank == 1 ? 10 + i : 0);
        good = fanout_start(&request) == MPI_SUCCESS && fanout_wait(&request) == MPI_SUCCESS &&
               data[bytes - 1] == 10 + i && good;
    }
    tap_ok(good, "a persistent broadcast of %d bytes starts after its communicator was freed",
           bytes);
    fanout_request_free(&request);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    data = malloc(BYTES);
    test_in_flight("fanout_check", "0");
    test_in_flight("fanout_check", "1");
    test_behind_call_of_mpi();
    test_persistent(100);
    test_persistent(BYTES);
    free(data);
    return tap_end();
}
