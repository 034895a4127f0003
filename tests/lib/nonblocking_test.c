/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_ibcast and fanout_bcast_init: several in flight, on one communicator and on several in
 * different order, beside blocking ones, small ones, datatypes, persistent requests, wrong
 * requests. With FANOUT_PROGRESS=thread also that data comes without any call.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

#include <string.h>
#include <unistd.h>

enum { FLIGHTS = 6, MOST_BYTES = 3 * 1024 * 1024 };

static int rank, size;

static const int lengths[FLIGHTS] = {MOST_BYTES, 70000, 100, 1500001, 65536, 900000};

static char value(int salt, int index)
{
    return (char)(index * 11 + (index >> 8) + salt);
}

static char *make_data(int bytes, bool is_root, int salt)
{
    char *data = malloc((size_t)bytes);
    for (int i = 0; i < bytes; i++)
        data[i] = is_root ? value(salt, i) : 0;
    return data;
}

static bool is_right(const char *data, int bytes, int salt)
{
    for (int i = 0; i < bytes; i++)
        if (data[i] != value(salt, i))
            return false;
    return true;
}

static MPI_Comm make_comm(void)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    return comm;
}

/* ---- in flight ---- */

typedef struct flight {
    char *data;
    int bytes, salt;
    fanout_request request;
} flight;

static bool take_off(flight *f, int number, MPI_Comm comm)
{
    int root = number % size;
    f->bytes = lengths[number];
    f->salt = number;
    f->data = make_data(f->bytes, rank == root, number);
    return fanout_ibcast(f->data, f->bytes, MPI_CHAR, root, comm, &f->request) == MPI_SUCCESS;
}

static bool land(flight *f)
{
    bool good = is_right(f->data, f->bytes, f->salt) && f->request == FANOUT_REQUEST_NULL;
    free(f->data);
    return good;
}

static void test_flights(void)
{
    MPI_Comm comm = make_comm();
    flight f[FLIGHTS];
    bool good = true;
    for (int i = 0; i < FLIGHTS; i++)
        good = take_off(&f[i], i, comm) && good;
    for (int i = FLIGHTS - 1; i >= 0; i--)
        good = fanout_wait(&f[i].request) == MPI_SUCCESS && land(&f[i]) && good;
    tap_ok(good, "%d in flight on one communicator, waited for in reverse order", FLIGHTS);

    for (int i = 0; i < FLIGHTS; i++)
        good = take_off(&f[i], i, comm) && good;
    for (int left = FLIGHTS; left > 0;) {
        left = 0;
        for (int i = 0; i < FLIGHTS; i++) {
            int flag;
            good = fanout_test(&f[i].request, &flag) == MPI_SUCCESS && good;
            left += !flag;
        }
    }
    for (int i = 0; i < FLIGHTS; i++)
        good = land(&f[i]) && good;
    tap_ok(good, "the same, tested for in turn");
    MPI_Comm_free(&comm);
}

/* A blocking one comes between nonblocking ones, in the order of the calls. */
static void test_beside_blocking(void)
{
    MPI_Comm comm = make_comm(), other = make_comm();
    flight f[3];
    bool good = true;
    for (int i = 0; i < 2; i++)
        good = take_off(&f[i], i, comm) && good;
    for (int i = 0; i < 2; i++) {
        char *data = make_data(MOST_BYTES, rank == size - 1, 50 + i);
        good = fanout_bcast(data, MOST_BYTES, MPI_CHAR, size - 1, i == 0 ? comm : other) ==
                   MPI_SUCCESS &&
               good;
        good = is_right(data, MOST_BYTES, 50 + i) && good;
        free(data);
    }
    good = take_off(&f[2], 2, comm) && good;
    for (int i = 0; i < 3; i++)
        good = fanout_wait(&f[i].request) == MPI_SUCCESS && land(&f[i]) && good;
    tap_ok(good, "blocking broadcasts on the same and on another communicator between them");
    MPI_Comm_free(&comm);
    MPI_Comm_free(&other);
}

/* Ranks start, and wait, in different order. */
static void test_two_communicators(void)
{
    MPI_Comm comms[2] = {make_comm(), make_comm()};
    bool good = true;
    for (int i = 0; i < 2; i++) /* the state of each is made in the same order */
        good = fanout_comm_attach(comms[i], MPI_INFO_NULL) == MPI_SUCCESS && good;
    for (int round = 0; round < 3; round++) {
        flight f[2];
        fanout_request requests[2];
        for (int i = 0; i < 2; i++) {
            int which = round > 0 && rank % 2 ? 1 - i : i;
            good = take_off(&f[which], which + round, comms[which]) && good;
        }
        int first = rank / 2 % 2;
        requests[first] = f[first].request;
        requests[1 - first] = f[1 - first].request;
        good = fanout_wait(&requests[first]) == MPI_SUCCESS &&
               fanout_wait(&requests[1 - first]) == MPI_SUCCESS && good;
        for (int i = 0; i < 2; i++) {
            f[i].request = requests[i];
            good = land(&f[i]) && good;
        }
    }
    tap_ok(good, "on two communicators, started and waited for in different order");
    for (int i = 0; i < 2; i++)
        MPI_Comm_free(&comms[i]);
}

/* ---- persistent ---- */

/* Every other rank has a vector with holes. */
static void test_persistent(int count)
{
    MPI_Comm comm = make_comm();
    MPI_Datatype type;
    MPI_Info info;
    int stride = 1 + rank % 2, root = size - 1;
    int *data = malloc((size_t)count * (size_t)stride * sizeof *data);
    MPI_Type_vector(count, 1, stride, MPI_INT, &type);
    MPI_Type_commit(&type);
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_chunk_bytes", "4K");
    fanout_request request;
    bool good = fanout_bcast_init(data, 1, type, root, comm, info, &request) == MPI_SUCCESS;
    MPI_Type_free(&type);
    MPI_Info_free(&info);
    for (int round = 0; good && round < 20; round++) {
        for (int i = 0; i < count; i++)
            data[i * stride] = rank == root ? i ^ round : -1;
        good = fanout_start(&request) == MPI_SUCCESS &&
               fanout_waitall(1, &request) == MPI_SUCCESS && request != FANOUT_REQUEST_NULL;
        for (int i = 0; i < count; i++)
            good = good && data[i * stride] == (i ^ round);
    }
    int flag = 0;
    good = good && fanout_test(&request, &flag) == MPI_SUCCESS && flag;
    tap_ok(good && fanout_request_free(&request) == MPI_SUCCESS && request == FANOUT_REQUEST_NULL,
           "a persistent broadcast of %d integers, 20 times, the datatype freed before", count);
    free(data);
    MPI_Comm_free(&comm);
}

/* ---- wrong requests ---- */

static bool is_request_error(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class == MPI_ERR_REQUEST;
}

static void test_persistent_between_groups(void)
{
    MPI_Comm half, inter;
    fanout_request request;
    int low = rank < size / 2, data = rank == 0 ? 17 : 0;
    MPI_Comm_split(MPI_COMM_WORLD, low, rank, &half);
    MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, low ? size / 2 : 0, 1, &inter);
    int root = !low ? 0 : rank == 0 ? MPI_ROOT : MPI_PROC_NULL;
    bool good =
        fanout_bcast_init(&data, 1, MPI_INT, root, inter, MPI_INFO_NULL, &request) == MPI_SUCCESS &&
        fanout_start(&request) == MPI_SUCCESS && fanout_wait(&request) == MPI_SUCCESS;
    fanout_request_free(&request);
    tap_ok(good && (low || data == 17), "a persistent broadcast on an intercommunicator");
    MPI_Comm_free(&inter);
    MPI_Comm_free(&half);
}

static void test_wrong_requests(void)
{
    MPI_Comm comm = make_comm();
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    fanout_request none = FANOUT_REQUEST_NULL;
    int flag = 0;
    bool good =
        fanout_wait(&none) == MPI_SUCCESS && fanout_test(&none, &flag) == MPI_SUCCESS && flag;
    tap_ok(good, "a null request has ended");
    tap_ok(is_request_error(fanout_start(&none)) && is_request_error(fanout_request_free(&none)),
           "it cannot be started or freed: MPI_ERR_REQUEST");
    flight f;
    good = take_off(&f, 0, comm);
    good = good && is_request_error(fanout_request_free(&f.request)) &&
           is_request_error(fanout_start(&f.request));
    good = fanout_wait(&f.request) == MPI_SUCCESS && land(&f) && good;
    tap_ok(good, "nor can one that is active");
    int error_class, code = fanout_ibcast(&flag, -1, MPI_INT, 0, comm, &none);
    MPI_Error_class(code, &error_class);
    tap_ok(error_class == MPI_ERR_COUNT && none == FANOUT_REQUEST_NULL,
           "a negative count: MPI_ERR_COUNT, no request");
    MPI_Comm_free(&comm);
}

/* With it, tests/lib/mixed_test.c goes on. */
static void test_mpi_request_without_threads(void)
{
    int level, error_class;
    MPI_Query_thread(&level);
    MPI_Comm comm = make_comm();
    flight f;
    MPI_Request request = MPI_REQUEST_NULL;
    bool good = take_off(&f, 0, comm);
    if (level != MPI_THREAD_MULTIPLE) {
        MPI_Error_class(fanout_request_mpi(&f.request, &request), &error_class);
        good = error_class == fanout_error_class(FANOUT_ERR_PARAM) && good;
    }
    good =
        request == MPI_REQUEST_NULL && fanout_wait(&f.request) == MPI_SUCCESS && land(&f) && good;
    tap_ok(good, "without MPI_THREAD_MULTIPLE there is no request of MPI's: FANOUT_ERR_PARAM");
    MPI_Comm_free(&comm);
}

/* ---- progress ---- */

static void test_without_calls(void)
{
    if (getenv("FANOUT_PROGRESS") == NULL) {
        tap_ok(true, "data comes without a call # SKIP no FANOUT_PROGRESS=thread");
        return;
    }
    MPI_Comm comm = make_comm();
    flight f;
    bool good = take_off(&f, 0, comm);
    volatile char *last = &f.data[f.bytes - 1];
    for (int i = 0; *last != value(0, f.bytes - 1) && i < 10000; i++)
        usleep(1000);
    good = *last == value(0, f.bytes - 1) && good;
    /* A rank that goes on need not go on for the others, now that their threads do. */
    good = fanout_wait(&f.request) == MPI_SUCCESS && land(&f) && good;
    tap_ok(good, "data comes without a call");
    MPI_Comm_free(&comm);
}

int main(void)
{
    tap_begin(getenv("FANOUT_PROGRESS") == NULL ? MPI_THREAD_SINGLE : MPI_THREAD_MULTIPLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    test_flights();
    test_beside_blocking();
    test_two_communicators();
    test_persistent(10);
    test_persistent(300000);
    test_persistent_between_groups();
    test_wrong_requests();
    test_mpi_request_without_threads();
    test_without_calls();
    return tap_end();
}
