/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Persistent broadcasts are matched by what they were made as, not by the order of their starts,
 * which may differ between ranks (MPI 4.0, section 6.13). Nonblocking ones are matched by the order
 * of their calls.
 */
#include "config.h"

#include "fanout_mdc.h"
#include "tests/common/tap.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { REQUESTS = 4, ROUNDS = 5 };

static int rank, size;

static const int large[REQUESTS] = {400000, 400000, 70000, 1500001};
/* MPI does the first three. */
static const int small[REQUESTS] = {100, 100, 4000, 200000};

typedef struct item {
    char *data;
    int bytes, root;
    fanout_request request;
} item;

static char value(int number, int round, int index)
{
    return (char)(index * 13 + (index >> 8) + 50 * number + 7 * round);
}

static void fill(const item *x, int number, int round)
{
    for (int i = 0; i < x->bytes; i++)
        x->data[i] = rank == x->root ? value(number, round, i) : (char)~value(number, round, i);
}

static bool is_right(const item *x, int number, int round)
{
    for (int i = 0; i < x->bytes; i++)
        if (x->data[i] != value(number, round, i))
            return false;
    return true;
}

static void make(item *items, const int *lengths, MPI_Comm comm)
{
    for (int i = 0; i < REQUESTS; i++) {
        items[i].bytes = lengths[i];
        items[i].root = i < 2 ? 0 : i % size;
        items[i].data = malloc((size_t)lengths[i]);
        fanout_bcast_init(items[i].data, lengths[i], MPI_CHAR, items[i].root, comm, MPI_INFO_NULL,
                          &items[i].request);
    }
}

static void release(item *items)
{
    for (int i = 0; i < REQUESTS; i++) {
        fanout_request_free(&items[i].request);
        free(items[i].data);
    }
}

static bool start_and_wait(item *items, int round)
{
    fanout_request waiting[REQUESTS];
    bool good = true;
    for (int i = 0; i < REQUESTS; i++)
        fill(&items[i], i, round);
    for (int i = 0; i < REQUESTS; i++) {
        int number = (i * (rank % 2 ? REQUESTS - 1 : 1) + rank + round) % REQUESTS;
        good = fanout_start(&items[number].request) == MPI_SUCCESS && good;
    }
    for (int i = 0; i < REQUESTS; i++)
        waiting[i] = items[i].request;
    good = fanout_waitall(REQUESTS, waiting) == MPI_SUCCESS && good;
    for (int i = 0; i < REQUESTS; i++)
        good = is_right(&items[i], i, round) && good;
    return good;
}

static void test_starts_in_any_order(const int *lengths)
{
    MPI_Comm comm;
    item items[REQUESTS];
    bool good = true;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    make(items, lengths, comm);
    for (int round = 0; round < ROUNDS; round++)
        good = start_and_wait(items, round) && good;
    tap_ok(good, "%d persistent requests from %d bytes on, started in another order on each rank",
           REQUESTS, lengths[0]);

    /* What is made anew is another one. */
    for (int round = 0; round < ROUNDS; round++) {
        release(items);
        make(items, lengths, comm);
        good = start_and_wait(items, round) && good;
    }
    tap_ok(good, "the same, made anew each time");
    release(items);
    MPI_Comm_free(&comm);
}

/* ---- beside what MPI orders by the calls ---- */

typedef enum form { NONBLOCKING, BLOCKING } form;

/* The other broadcast. What it leaves to wait for is in its request. */
static bool broadcast(item *x, form how, MPI_Comm comm)
{
    if (how == NONBLOCKING)
        return fanout_ibcast(x->data, x->bytes, MPI_CHAR, x->root, comm, &x->request) ==
               MPI_SUCCESS;
    x->request = FANOUT_REQUEST_NULL;
    return fanout_bcast(x->data, x->bytes, MPI_CHAR, x->root, comm) == MPI_SUCCESS;
}

/* Some ranks start the persistent one before the other broadcast, some after it. */
static bool both(item *persistent, item *other, form how, int round, MPI_Comm comm)
{
    bool early = how == BLOCKING ? rank != size - 1 : rank % 2 != 0;
    fill(persistent, 0, round);
    fill(other, 1, round);
    if (early)
        fanout_start(&persistent->request);
    bool good = broadcast(other, how, comm);
    if (!early)
        fanout_start(&persistent->request);
    fanout_request waiting[2] = {persistent->request, other->request};
    return fanout_waitall(2, waiting) == MPI_SUCCESS && is_right(persistent, 0, round) &&
           is_right(other, 1, round) && good;
}

static void test_beside(form how)
{
    MPI_Comm comm;
    item items[2] = {{.bytes = 300000}, {.bytes = 300000}};
    bool good = true;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    for (int i = 0; i < 2; i++)
        items[i].data = malloc((size_t)items[i].bytes);
    fanout_bcast_init(items[0].data, items[0].bytes, MPI_CHAR, 0, comm, MPI_INFO_NULL,
                      &items[0].request);
    for (int round = 0; round < ROUNDS; round++)
        good = both(&items[0], &items[1], how, round, comm) && good;
    tap_ok(good, "a persistent one that ranks start before and after a %s one",
           how == BLOCKING ? "blocking" : "nonblocking");
    fanout_request_free(&items[0].request);
    for (int i = 0; i < 2; i++)
        free(items[i].data);
    MPI_Comm_free(&comm);
}

/* Parameters are agreed on anew while a broadcast is in flight, whose plan they would change. */
static void test_attach_in_flight(void)
{
    MPI_Comm comm;
    MPI_Info info;
    item x = {.bytes = 8000000, .data = malloc(8000000)};
    bool good = true;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_chunk_bytes", "16384");
    for (int round = 0; round < ROUNDS; round++) {
        fill(&x, 0, round);
        fanout_ibcast(x.data, x.bytes, MPI_CHAR, 0, comm, &x.request);
        good = fanout_comm_attach(comm, round % 2 ? info : MPI_INFO_NULL) == MPI_SUCCESS && good;
        good = fanout_wait(&x.request) == MPI_SUCCESS && is_right(&x, 0, round) && good;
    }
    tap_ok(good, "fanout_comm_attach while a nonblocking broadcast is in flight");
    free(x.data);
    MPI_Info_free(&info);
    MPI_Comm_free(&comm);
}

/* It keeps its plan, and is in flight where other ranks have yet to start it. */
static void test_attach_beside_persistent(void)
{
    MPI_Comm comm;
    MPI_Info right, wrong;
    item x = {.bytes = 3000000, .data = malloc(3000000)};
    bool good = true;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Info_create(&right);
    MPI_Info_set(right, "fanout_chunk_bytes", "10000");
    MPI_Info_create(&wrong);
    MPI_Info_set(wrong, "fanout_chunk_bytes", "many");
    fanout_bcast_init(x.data, x.bytes, MPI_CHAR, 0, comm, MPI_INFO_NULL, &x.request);
    for (int round = 0; round < ROUNDS; round++) {
        fill(&x, 0, round);
        if (rank % 2 == 0)
            fanout_start(&x.request);
        good = (fanout_comm_attach(comm, round % 2 ? wrong : right) == MPI_SUCCESS) ==
                   (round % 2 == 0) &&
               good;
        if (rank % 2 != 0)
            fanout_start(&x.request);
        good = fanout_wait(&x.request) == MPI_SUCCESS && is_right(&x, 0, round) && good;
    }
    tap_ok(good, "fanout_comm_attach while a persistent broadcast is in flight on some ranks");
    fanout_request_free(&x.request);
    free(x.data);
    MPI_Info_free(&right);
    MPI_Info_free(&wrong);
    MPI_Comm_free(&comm);
}

static pthread_t caller;

static int sink_of_caller(void *state, MPI_Count offset, const void *piece, size_t bytes)
{
    int *strangers = state;
    (void)offset, (void)piece, (void)bytes;
    *strangers += !pthread_equal(pthread_self(), caller);
    return 0;
}

static int source_of_caller(void *state, MPI_Count offset, void *piece, size_t bytes)
{
    memset(piece, 0, bytes);
    return sink_of_caller(state, offset, piece, bytes);
}

static int source_of_zeros(void *state, MPI_Count offset, void *piece, size_t bytes)
{
    (void)state, (void)offset;
    memset(piece, 0, bytes);
    return 0;
}

/* With FANOUT_PROGRESS=thread another thread goes on with what is pending, but for callbacks. */
static void test_callbacks(void)
{
    MPI_Comm comm;
    item x = {.bytes = 8000000, .data = malloc(8000000)};
    int strangers = 0;
    caller = pthread_self();
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    fill(&x, 0, 0);
    fanout_ibcast(x.data, x.bytes, MPI_CHAR, 0, comm, &x.request);
    fanout_stream(20000000, source_of_caller, sink_of_caller, &strangers, size - 1, comm,
                  MPI_INFO_NULL);
    bool good = fanout_wait(&x.request) == MPI_SUCCESS && is_right(&x, 0, 0);
    tap_ok(good && strangers == 0, "callbacks of a stream are called by the thread that began it");
    free(x.data);
    MPI_Comm_free(&comm);
}

/* ---- what a callback may not call ---- */

typedef struct trespass {
    MPI_Comm used, other;      /* with state, without */
    fanout_request request;    /* a pending one */
    fanout_request persistent; /* an inactive one */
    int calls, refusals;
} trespass;

static void expect_refusal(trespass *t, int code)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, text, &length);
    t->calls++;
    t->refusals += strstr(text, "cannot be called from the source or sink of a stream") != NULL;
}

static int trespassing_sink(void *state, MPI_Count offset, const void *piece, size_t bytes)
{
    static char data[200000];
    trespass *t = state;
    /* Most of these have no element: they are complete at once. */
    const fanout_mdc cut = {1, (MPI_Count[]){3}, (int[]){8}, 1};
    fanout_request q;
    MPI_Info info;
    char *text;
    int flag;
    (void)piece, (void)bytes;
    if (offset > 0)
        return 0;
    expect_refusal(t, fanout_bcast(data, sizeof data, MPI_CHAR, 0, t->used));
    expect_refusal(t, fanout_bcast(data, 10, MPI_CHAR, 0, t->other));
    expect_refusal(t, fanout_ibcast(data, sizeof data, MPI_CHAR, 0, t->used, &q));
    expect_refusal(t, fanout_comm_attach(t->other, MPI_INFO_NULL));
    expect_refusal(t, fanout_mdc_bcast(data, &cut, NULL, NULL, 0, t->used, MPI_INFO_NULL));
    expect_refusal(t, fanout_bcast_init(data, 10, MPI_CHAR, 0, t->used, MPI_INFO_NULL, &q));
    expect_refusal(t, fanout_start(&t->persistent));
    expect_refusal(t, fanout_comm_get_info(t->other, &info));
    expect_refusal(t, fanout_explain(t->used, 1000000, 0, &text));
    expect_refusal(t,
                   fanout_stream(1000000, source_of_zeros, NULL, NULL, 0, t->used, MPI_INFO_NULL));
    if (t->request != FANOUT_REQUEST_NULL) {
        expect_refusal(t, fanout_test(&t->request, &flag));
        expect_refusal(t, fanout_wait(&t->request));
    }
    return 0;
}

static void test_trespassing(bool pending)
{
    item x = {.bytes = 3000000, .data = malloc(3000000)};
    enum { REFUSED = 10, REFUSED_PENDING = 2 };
    trespass t = {.request = FANOUT_REQUEST_NULL};
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_dup(MPI_COMM_WORLD, &t.used);
    MPI_Comm_dup(MPI_COMM_WORLD, &t.other);
    MPI_Comm_set_errhandler(t.used, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(t.other, MPI_ERRORS_RETURN);
    fill(&x, 0, 0);
    fanout_ibcast(x.data, x.bytes, MPI_CHAR, 0, t.used, &t.request);
    if (!pending)
        fanout_wait(&t.request);
    fanout_bcast_init(x.data, 10, MPI_CHAR, 0, t.used, MPI_INFO_NULL, &t.persistent);
    fanout_stream(1000000, source_of_zeros, trespassing_sink, &t, 0, comm, MPI_INFO_NULL);
    bool good = fanout_wait(&t.request) == MPI_SUCCESS && is_right(&x, 0, 0);
    tap_ok(good && t.refusals == t.calls && t.calls == REFUSED + (pending ? REFUSED_PENDING : 0),
           "calls of the library from a sink are errors at once, %s",
           pending ? "a broadcast is pending" : "nothing else is pending");
    fanout_request_free(&t.persistent);
    free(x.data);
    MPI_Comm_free(&comm);
    MPI_Comm_free(&t.used);
    MPI_Comm_free(&t.other);
}

/* A switch for debugging: ranks compare their arguments, and must not wait for that in the call. */
static void test_checked(void)
{
    MPI_Comm comms[2];
    MPI_Info info;
    item items[2] = {{.bytes = 300000}, {.bytes = 300}};
    bool good = true;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_check", "1");
    for (int i = 0; i < 2; i++) {
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
        MPI_Comm_set_errhandler(comms[i], MPI_ERRORS_RETURN);
        fanout_comm_attach(comms[i], info);
        fanout_ibcast(NULL, 0, MPI_CHAR, 0, comms[i], &items[i].request);
        good = fanout_wait(&items[i].request) == MPI_SUCCESS && good;
        items[i].data = malloc((size_t)items[i].bytes);
    }
    tap_ok(good, "check: nonblocking broadcasts of no bytes");
    for (int round = 0; round < ROUNDS; round++) {
        fanout_request waiting[2];
        for (int i = 0; i < 2; i++) {
            int number = rank % 2 ? 1 - i : i;
            fill(&items[number], number, round);
            fanout_ibcast(items[number].data, items[number].bytes, MPI_CHAR, 0, comms[number],
                          &waiting[i]);
        }
        good = fanout_waitall(2, waiting) == MPI_SUCCESS && good;
        for (int i = 0; i < 2; i++)
            good = is_right(&items[i], i, round) && good;
    }
    tap_ok(good, "check: nonblocking broadcasts on two communicators, in another order");

    int error_class, last = rank == size - 1;
    fanout_ibcast(items[0].data, items[0].bytes - last, MPI_CHAR, 0, comms[0], &items[0].request);
    MPI_Error_class(fanout_wait(&items[0].request), &error_class);
    tap_ok(error_class == fanout_error_class(FANOUT_ERR_DISAGREEMENT),
           "check: a nonblocking broadcast of which a rank has fewer bytes");
    fanout_ibcast(items[1].data, items[1].bytes, MPI_CHAR, last, comms[1], &items[1].request);
    MPI_Error_class(fanout_wait(&items[1].request), &error_class);
    tap_ok(error_class == fanout_error_class(FANOUT_ERR_DISAGREEMENT),
           "check: a nonblocking broadcast of which a rank has another root");
    fill(&items[0], 0, 0);
    fanout_ibcast(items[0].data, items[0].bytes, MPI_CHAR, 0, comms[0], &items[0].request);
    good = fanout_wait(&items[0].request) == MPI_SUCCESS && is_right(&items[0], 0, 0);
    tap_ok(good, "check: the communicator works after that");
    for (int i = 0; i < 2; i++) {
        free(items[i].data);
        MPI_Comm_free(&comms[i]);
    }
    MPI_Info_free(&info);
}

int main(void)
{
    tap_begin(getenv("FANOUT_PROGRESS") != NULL ? MPI_THREAD_MULTIPLE : MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    test_starts_in_any_order(large);
    test_starts_in_any_order(small);
    test_beside(NONBLOCKING);
    test_beside(BLOCKING);
    test_attach_in_flight();
    test_attach_beside_persistent();
    test_checked();
    test_callbacks();
    test_trespassing(false);
    test_trespassing(true);
    return tap_end();
}
