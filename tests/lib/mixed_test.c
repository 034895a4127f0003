/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_request_mpi: broadcasts of fanout.h that MPI's own calls complete, of each kind, together
 * with requests of MPI's. The data comes while ranks wait inside of MPI.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

#include <string.h>

enum { FLIGHTS = 3, LARGE = 1000000, REQUESTS = FLIGHTS + 2 };

static int rank, size;
static MPI_Comm comm;

typedef struct flight {
    int *data;
    int count, root, salt;
} flight;

static int value(const flight *f, int i)
{
    return i * 7 + f->salt;
}

static flight make_flight(int number, int salt)
{
    static const int counts[FLIGHTS] = {LARGE, 10, LARGE / 3};
    flight f = {.count = counts[number], .root = number % size, .salt = salt};
    f.data = malloc((size_t)f.count * sizeof *f.data);
    for (int i = 0; i < f.count; i++)
        f.data[i] = rank == f.root ? value(&f, i) : -1;
    return f;
}

static bool is_right(const flight *f)
{
    for (int i = 0; i < f->count; i++)
        if (f->data[i] != value(f, i))
            return false;
    return true;
}

static bool start(const flight *f, MPI_Request *request)
{
    fanout_request own;
    return fanout_ibcast(f->data, f->count, MPI_INT, f->root, comm, &own) == MPI_SUCCESS &&
           fanout_request_mpi(&own, request) == MPI_SUCCESS && own == FANOUT_REQUEST_NULL &&
           *request != MPI_REQUEST_NULL;
}

/* ---- every way to complete ---- */

static bool by_wait(MPI_Request *requests)
{
    bool good = true;
    for (int i = REQUESTS - 1; i >= 0; i--)
        good = MPI_Wait(&requests[i], MPI_STATUS_IGNORE) == MPI_SUCCESS && good;
    return good;
}

static bool by_test(MPI_Request *requests)
{
    bool good = true;
    for (int i = 0; i < REQUESTS; i++)
        for (int done = 0; good && !done;)
            good = MPI_Test(&requests[i], &done, MPI_STATUS_IGNORE) == MPI_SUCCESS;
    return good;
}

static bool by_waitall(MPI_Request *requests)
{
    MPI_Status statuses[REQUESTS];
    return MPI_Waitall(REQUESTS, requests, statuses) == MPI_SUCCESS;
}

static bool by_testall(MPI_Request *requests)
{
    MPI_Status statuses[REQUESTS];
    bool good = true;
    for (int done = 0; good && !done;)
        good = MPI_Testall(REQUESTS, requests, &done, statuses) == MPI_SUCCESS;
    return good;
}

static bool by_waitany(MPI_Request *requests)
{
    bool good = true;
    for (int i = 0, which; i < REQUESTS; i++)
        good = MPI_Waitany(REQUESTS, requests, &which, MPI_STATUS_IGNORE) == MPI_SUCCESS &&
               which != MPI_UNDEFINED && good;
    return good;
}

static bool by_testany(MPI_Request *requests)
{
    bool good = true;
    for (int which = 0, done; good && which != MPI_UNDEFINED;)
        if (MPI_Testany(REQUESTS, requests, &which, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS)
            good = false;
        else if (!done)
            which = 0;
    return good;
}

static bool by_waitsome(MPI_Request *requests)
{
    MPI_Status statuses[REQUESTS];
    int some, which[REQUESTS];
    for (int left = REQUESTS; left > 0; left -= some)
        if (MPI_Waitsome(REQUESTS, requests, &some, which, statuses) != MPI_SUCCESS ||
            some == MPI_UNDEFINED)
            return false;
    return true;
}

static bool by_testsome(MPI_Request *requests)
{
    MPI_Status statuses[REQUESTS];
    int some, which[REQUESTS];
    for (int left = REQUESTS; left > 0; left -= some)
        if (MPI_Testsome(REQUESTS, requests, &some, which, statuses) != MPI_SUCCESS ||
            some == MPI_UNDEFINED)
            return false;
    return true;
}

/* What only looks leaves the request. */
static bool by_get_status(MPI_Request *requests)
{
    MPI_Status status;
    for (int i = 0; i < REQUESTS; i++)
        for (int done = 0; !done;)
            if (MPI_Request_get_status(requests[i], &done, &status) != MPI_SUCCESS)
                return false;
    return requests[0] != MPI_REQUEST_NULL && by_waitall(requests);
}

/* Broadcasts among messages round the ring, which MPI does. */
static bool fly(bool complete(MPI_Request *requests), int salt)
{
    flight f[FLIGHTS];
    MPI_Request requests[REQUESTS];
    int sent = 100 + rank, got = -1;
    bool good = true;
    MPI_Irecv(&got, 1, MPI_INT, (rank + size - 1) % size, MPI_ANY_TAG, comm, &requests[0]);
    for (int i = 0; i < FLIGHTS; i++) {
        f[i] = make_flight(i, salt);
        good = start(&f[i], &requests[1 + i]) && good;
    }
    MPI_Isend(&sent, 1, MPI_INT, (rank + 1) % size, salt, comm, &requests[REQUESTS - 1]);
    good = complete(requests) && good;
    for (int i = 0; i < FLIGHTS; i++) {
        good = is_right(&f[i]) && requests[1 + i] == MPI_REQUEST_NULL && good;
        free(f[i].data);
    }
    return good && got == 100 + (rank + size - 1) % size;
}

static void test_completions(void)
{
    static const struct {
        bool (*complete)(MPI_Request *requests);
        const char *name;
    } ways[] = {{by_wait, "Wait"},
                {by_test, "Test"},
                {by_waitall, "Waitall"},
                {by_testall, "Testall"},
                {by_waitany, "Waitany"},
                {by_testany, "Testany"},
                {by_waitsome, "Waitsome"},
                {by_testsome, "Testsome"},
                {by_get_status, "Request_get_status"}};
    for (int i = 0; i < (int)(sizeof ways / sizeof ways[0]); i++)
        tap_ok(fly(ways[i].complete, 10 * i + 1), "MPI_%s completes them", ways[i].name);
}

/* ---- progress ---- */

/* Rank 0 leaves when its own part is done; the others sit in a receive of MPI's meanwhile. */
static void test_progress_in_mpi(void)
{
    flight f = make_flight(0, 5);
    MPI_Request request;
    int token = 0, last = size - 1;
    f.root = 0;
    bool good = start(&f, &request);
    if (rank == last) {
        good = MPI_Wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS && good;
        for (int to = 0; to < last; to++)
            MPI_Send(&token, 1, MPI_INT, to, 0, comm);
    } else {
        MPI_Recv(&token, 1, MPI_INT, last, 0, comm, MPI_STATUS_IGNORE);
        good = MPI_Wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS && good;
    }
    tap_ok(good && is_right(&f), "ranks that sit in MPI_Recv forward for the last one");
    free(f.data);
}

/* Data with holes is unpacked also where MPI does the broadcast. */
static void test_holes(int count)
{
    MPI_Datatype type;
    fanout_request own;
    MPI_Request request;
    int stride = 1 + rank % 2;
    int *data = calloc((size_t)(count * stride), sizeof *data);
    MPI_Type_vector(count, 1, stride, MPI_INT, &type);
    MPI_Type_commit(&type);
    for (int i = 0; i < count; i++)
        data[i * stride] = rank == 0 ? i + 1 : 0;
    fanout_ibcast(data, 1, type, 0, comm, &own);
    MPI_Type_free(&type);
    bool good = fanout_request_mpi(&own, &request) == MPI_SUCCESS &&
                MPI_Wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS;
    for (int i = 0; i < count; i++)
        good = good && data[i * stride] == i + 1;
    tap_ok(good, "%d integers, with holes on other ranks", count);
    free(data);
}

/* ---- persistent, and what cannot be ---- */

static bool is_request_error(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class == MPI_ERR_REQUEST;
}

static void test_persistent(int count)
{
    int *data = calloc((size_t)count, sizeof *data), flag;
    fanout_request own;
    MPI_Request request;
    bool good =
        fanout_bcast_init(data, count, MPI_INT, 0, comm, MPI_INFO_NULL, &own) == MPI_SUCCESS;
    for (int round = 1; round < 5; round++) {
        for (int i = 0; i < count; i++)
            data[i] = rank == 0 ? i + round : 0;
        good = fanout_start(&own) == MPI_SUCCESS &&
               fanout_request_mpi(&own, &request) == MPI_SUCCESS && own != FANOUT_REQUEST_NULL &&
               MPI_Wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS && good;
        for (int i = 0; i < count; i++)
            good = good && data[i] == i + round;
    }
    good = fanout_test(&own, &flag) == MPI_SUCCESS && flag && good;
    good = fanout_request_mpi(&own, &request) == MPI_SUCCESS && request == MPI_REQUEST_NULL && good;
    tap_ok(fanout_request_free(&own) == MPI_SUCCESS && good,
           "a persistent one of %d integers, again and again", count);
    free(data);
}

static void test_wrong_use(void)
{
    flight f = make_flight(0, 9);
    fanout_request own = FANOUT_REQUEST_NULL;
    MPI_Request request, second;
    int flag;
    bool good = fanout_request_mpi(&own, &request) == MPI_SUCCESS && request == MPI_REQUEST_NULL;
    tap_ok(good, "of a null request it is MPI_REQUEST_NULL");
    fanout_bcast_init(f.data, f.count, MPI_INT, f.root, comm, MPI_INFO_NULL, &own);
    if (rank == f.root)
        MPI_Barrier(comm);
    good = fanout_start(&own) == MPI_SUCCESS && fanout_request_mpi(&own, &request) == MPI_SUCCESS;
    if (rank != f.root) { /* the root has yet to start */
        good = is_request_error(fanout_test(&own, &flag)) && is_request_error(fanout_wait(&own)) &&
               is_request_error(fanout_request_mpi(&own, &second)) &&
               is_request_error(fanout_request_free(&own)) && good;
        MPI_Barrier(comm);
    }
    good = MPI_Wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS && is_right(&f) && good;
    good = fanout_request_free(&own) == MPI_SUCCESS && good;
    tap_ok(good, "no other function takes one that is MPI's, until it has ended");
    free(f.data);
}

/* ---- failures ---- */

static bool is_disagreement(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class == fanout_error_class(FANOUT_ERR_DISAGREEMENT);
}

static void test_failure(void)
{
    MPI_Comm checking;
    MPI_Info hints;
    MPI_Request requests[2];
    MPI_Status statuses[2];
    int *data = calloc(LARGE, sizeof *data);
    MPI_Comm_dup(comm, &checking);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_check", "1");
    fanout_comm_attach(checking, hints);
    MPI_Info_free(&hints);
    for (int i = 0; i < 2; i++) {
        fanout_request own;
        fanout_ibcast(data, LARGE - rank, MPI_INT, 0, checking, &own);
        fanout_request_mpi(&own, &requests[i]);
    }
    tap_ok(is_disagreement(MPI_Wait(&requests[0], MPI_STATUS_IGNORE)),
           "MPI_Wait returns the error of the broadcast");
    requests[0] = MPI_REQUEST_NULL;
    statuses[0].MPI_ERROR = MPI_SUCCESS;
#ifndef OPEN_MPI /* where MPI_Waitall may fail an assertion: see doc/limits.md */
    MPI_Wait(&requests[1], MPI_STATUS_IGNORE);
    free(data);
    MPI_Comm_free(&checking);
    return;
#endif
    int error_class, code = MPI_Waitall(2, requests, statuses);
    MPI_Error_class(code, &error_class);
    tap_ok(error_class == MPI_ERR_IN_STATUS && is_disagreement(statuses[1].MPI_ERROR) &&
               statuses[0].MPI_ERROR == MPI_SUCCESS,
           "MPI_Waitall has it in the status");
    free(data);
    MPI_Comm_free(&checking);
}

/* The communicator goes while the broadcast is pending. */
static void test_freed(void)
{
    MPI_Comm users = comm;
    flight f = make_flight(0, 11);
    MPI_Request request;
    MPI_Comm_dup(users, &comm);
    bool good = start(&f, &request);
    MPI_Comm_free(&comm);
    comm = users;
    good = MPI_Wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS && good;
    tap_ok(good && is_right(&f), "the communicator is freed before the end");
    free(f.data);
}

int main(void)
{
    tap_begin(MPI_THREAD_MULTIPLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    test_completions();
    test_progress_in_mpi();
    test_holes(10);
    test_holes(300000);
    test_persistent(10);
    test_persistent(LARGE);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    test_wrong_use();
    test_failure();
    test_freed();
    MPI_Comm_free(&comm);
    return tap_end();
}
