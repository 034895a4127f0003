/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wrong arguments: the MPI library's own error, once, through the handler of the communicator, and
 * before anything is sent. Each is given by one rank alone, which must return. FANOUT_CHECK:
 * arguments that differ between ranks. And failures of MPI itself: its code is raised.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

#include <dlfcn.h>
#include <string.h>

static int rank, size;

static int class_of(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class;
}

/* ---- an error handler that counts ---- */

static int calls, seen_class;

static void count_call(MPI_Comm *comm, int *code, ...)
{
    (void)comm;
    calls++;
    seen_class = class_of(*code);
}

/* ---- arguments that are wrong by themselves ---- */

enum { MANY = 50000 }; /* ints, above the default of min_bytes */

static int data[MANY];

typedef struct wrong_call {
    const char *text;
    void *buffer;
    int count;
    MPI_Datatype type;
    int root;
    bool no_comm;
    int error_class; /* where all MPI libraries agree, or 0 */
} wrong_call;

static int call_wrongly(int (*broadcast)(void *, int, MPI_Datatype, int, MPI_Comm),
                        const wrong_call *w, MPI_Comm comm)
{
    return broadcast(w->buffer, w->count, w->type, w->root, w->no_comm ? MPI_COMM_NULL : comm);
}

/* With `count_call` as the handler of all communicators that the error could be raised on. */
static int class_by(int (*broadcast)(void *, int, MPI_Datatype, int, MPI_Comm), const wrong_call *w,
                    MPI_Comm comm)
{
    calls = 0;
    seen_class = MPI_SUCCESS;
    int code = call_wrongly(broadcast, w, comm);
    return code == MPI_SUCCESS || (calls == 1 && seen_class == class_of(code)) ? class_of(code)
                                                                               : -1;
}

/* There is no request then. */
static int prepare(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_bcast_init(buffer, count, type, root, comm, MPI_INFO_NULL, &request);
    return request == FANOUT_REQUEST_NULL ? code : MPI_SUCCESS;
}

static int start(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_ibcast(buffer, count, type, root, comm, &request);
    return request == FANOUT_REQUEST_NULL ? code : MPI_SUCCESS;
}

static void test_wrong_call(const wrong_call *w, MPI_Comm fresh, MPI_Comm used,
                            MPI_Errhandler counting)
{
    bool good = true;
    if (rank == size - 1) {
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, counting);
        MPI_Comm_set_errhandler(MPI_COMM_SELF, counting);
        int expected = class_by(MPI_Bcast, w, used);
        int of_init = class_by(prepare, w, used);
        good = class_by(fanout_bcast, w, fresh) == expected &&
               class_by(fanout_bcast, w, used) == expected && of_init != MPI_SUCCESS &&
               of_init != -1 && (w->error_class == 0 || of_init == expected) &&
               class_by(start, w, used) == expected &&
               (w->error_class == 0 || w->error_class == expected);
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
        MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_ARE_FATAL);
    }
    tap_ok(good, "%s: MPI's own error, once", w->text);
}

static bool broadcasts(MPI_Comm comm)
{
    for (int i = 0; i < MANY; i++)
        data[i] = rank == 0 ? i : -1;
    bool good = fanout_bcast(data, MANY, MPI_INT, 0, comm) == MPI_SUCCESS;
    for (int i = 0; i < MANY; i++)
        good = good && data[i] == i;
    return good;
}

static void test_wrong_calls(void)
{
    MPI_Comm fresh, used;
    MPI_Datatype uncommitted;
    MPI_Errhandler counting;
    MPI_Comm_create_errhandler(count_call, &counting);
    MPI_Comm_dup(MPI_COMM_WORLD, &fresh);
    MPI_Comm_dup(MPI_COMM_WORLD, &used);
    MPI_Comm_set_errhandler(fresh, counting);
    MPI_Comm_set_errhandler(used, counting);
    MPI_Type_contiguous(2, MPI_INT, &uncommitted);
    bool good = broadcasts(used);
    const wrong_call all[] = {
        {"negative count", data, -1, MPI_INT, 0, false, MPI_ERR_COUNT},
        {"negative root", data, MANY, MPI_INT, -5, false, MPI_ERR_ROOT},
        {"root too large", data, MANY, MPI_INT, size, false, MPI_ERR_ROOT},
        {"root too large, count 0", data, 0, MPI_INT, size, false, MPI_ERR_ROOT},
        {"null type", data, MANY, MPI_DATATYPE_NULL, 0, false, MPI_ERR_TYPE},
        {"uncommitted type, little data", data, 2, uncommitted, 0, false, MPI_ERR_TYPE},
        {"uncommitted type, much data", data, MANY / 2, uncommitted, 0, false, MPI_ERR_TYPE},
        {"null communicator", data, MANY, MPI_INT, 0, true, MPI_ERR_COMM},
#ifdef OPEN_MPI /* MPICH 4.0.2 aborts */
        {"null type, count 0", data, 0, MPI_DATATYPE_NULL, 0, false, MPI_ERR_TYPE},
        {"uncommitted type, count 0", data, 0, uncommitted, 0, false, MPI_ERR_TYPE},
        {"MPI_IN_PLACE", MPI_IN_PLACE, MANY, MPI_INT, 0, false, 0},
#else /* Open MPI 4.1.4 does not look */
        {"NULL, little data", NULL, 2, MPI_INT, 0, false, MPI_ERR_BUFFER},
        {"NULL, much data", NULL, MANY, MPI_INT, 0, false, MPI_ERR_BUFFER},
#endif
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        test_wrong_call(&all[i], fresh, used, counting);
    calls = 0;
    good = broadcasts(fresh) && broadcasts(used) && good && calls == 0;
    tap_ok(good, "the communicators work after errors");
    MPI_Type_free(&uncommitted);
    MPI_Comm_free(&fresh);
    MPI_Comm_free(&used);
    MPI_Errhandler_free(&counting);
}

/* ---- arguments that differ between ranks ---- */

static MPI_Comm make_checking_comm(const char *min_bytes)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Info_create(&hints);
    /* Only rank 0's value counts. */
    MPI_Info_set(hints, "fanout_check", rank == 0 ? "1" : "0");
    MPI_Info_set(hints, "fanout_min_bytes", min_bytes);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    return comm;
}

/* Of this class, and the text says what failed: an error that aborts shows no other. */
static bool is_told(int code, fanout_error error, const char *words)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, text, &length);
    return class_of(code) == fanout_error_class(error) && strstr(text, words) != NULL;
}

static bool is_disagreement(int code)
{
    return is_told(code, FANOUT_ERR_DISAGREEMENT, "the ranks disagree on a broadcast:");
}

static int source(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state, (void)offset;
    memset(buffer, 0, bytes);
    return 0;
}

static void test_disagreement(const char *min_bytes)
{
    MPI_Comm comm = make_checking_comm(min_bytes);
    bool odd = rank == size - 1;
    tap_ok(broadcasts(comm), "min_bytes %s: what is equal passes", min_bytes);
    tap_ok(is_disagreement(fanout_bcast(data, odd ? MANY - 1 : MANY, MPI_INT, 0, comm)),
           "a rank has fewer bytes");
    tap_ok(is_disagreement(fanout_bcast(data, odd ? 0 : MANY, MPI_INT, 0, comm)),
           "a rank has no element");
    tap_ok(is_disagreement(fanout_bcast(data, odd ? 1 : MANY, MPI_INT, 0, comm)),
           "a rank is below min_bytes");
    tap_ok(is_disagreement(fanout_bcast(data, MANY, MPI_INT, odd ? 1 : 0, comm)),
           "a rank has another root");
    tap_ok(is_disagreement(fanout_bcast(data, 0, MPI_INT, odd ? 1 : 0, comm)),
           "the same without data");
    tap_ok(is_disagreement(fanout_bcast(data, rank + 1, MPI_INT, 0, comm)), "all differ");
    MPI_Count bytes = odd ? 99999 : 100000;
    tap_ok(is_disagreement(fanout_stream(bytes, source, NULL, NULL, 0, comm, MPI_INFO_NULL)),
           "streams");
    tap_ok(broadcasts(comm), "the communicator works after all that");
    MPI_Comm_free(&comm);
}

/* ---- failures of MPI itself ---- */

static int failure; /* the code that these return, or MPI_SUCCESS */

typedef int iallreduce(const void *, void *, int, MPI_Datatype, MPI_Op, MPI_Comm, MPI_Request *);

/* What ranks agree by goes past tools of MPI, to the library itself. */
int PMPI_Iallreduce(const void *given, void *result, int count, MPI_Datatype type, MPI_Op op,
                    MPI_Comm comm, MPI_Request *request)
{
    static iallreduce *next;
    if (failure != MPI_SUCCESS)
        return failure;
    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "PMPI_Iallreduce");
    return next(given, result, count, type, op, comm, request);
}

int MPI_Issend(const void *buffer, int count, MPI_Datatype datatype, int to, int tag, MPI_Comm comm,
               MPI_Request *request)
{
    if (failure != MPI_SUCCESS)
        return failure;
    return PMPI_Issend(buffer, count, datatype, to, tag, comm, request);
}

int MPI_Irecv(void *buffer, int count, MPI_Datatype datatype, int from, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    if (failure != MPI_SUCCESS)
        return failure;
    return PMPI_Irecv(buffer, count, datatype, from, tag, comm, request);
}

static MPI_Comm make_comm(void)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    return comm;
}

/* A failure that has no code of MPI's, in this thread. */
static bool fails_otherwise(MPI_Comm comm)
{
    MPI_Info hints;
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_window", "none");
    int code = fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    return is_told(code, FANOUT_ERR_PARAM, "MPI_Info key fanout_window: 'none'");
}

static void test_failing_setup(int code)
{
    MPI_Comm comm = make_comm();
    failure = code;
    tap_ok(fanout_comm_attach(comm, MPI_INFO_NULL) == code, "setup: MPI's code");
    failure = MPI_SUCCESS;
    tap_ok(broadcasts(comm), "the next call sets up again");
    MPI_Comm_free(&comm);
}

static void test_failing_messages(int code)
{
    MPI_Comm comm = make_comm();
    bool good = broadcasts(comm);
    failure = code;
    tap_ok(fanout_bcast(data, MANY, MPI_INT, 0, comm) == code && good, "messages: MPI's code");
    failure = MPI_SUCCESS;
    MPI_Comm_free(&comm);
}

/* Another failure comes between that of the request and the wait for it. */
static void test_failing_request(int code)
{
    int flag;
    fanout_request request, no_request = FANOUT_REQUEST_NULL;
    MPI_Comm comm = make_comm(), other = make_comm();
    bool good = broadcasts(comm);
    fanout_ibcast(data, MANY, MPI_INT, 0, comm, &request);
    failure = code;
    fanout_test(&no_request, &flag);
    failure = MPI_SUCCESS;
    good = fails_otherwise(other) && good;
    tap_ok(fanout_wait(&request) == code && good, "a request: MPI's code");
    MPI_Comm_free(&comm);
    MPI_Comm_free(&other);
}

static void test_failures_of_mpi(void)
{
    int error_class, code;
    MPI_Add_error_class(&error_class);
    MPI_Add_error_code(error_class, &code);
    test_failing_setup(code);
    test_failing_messages(code);
    test_failing_request(code);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    test_wrong_calls();
    if (size > 1) {
        test_disagreement("0");
        test_disagreement("65536");
        test_failures_of_mpi();
    }
    return tap_end();
}
