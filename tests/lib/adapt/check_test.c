/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FANOUT_CHECK=1: one rank is made to decide otherwise, and all are told which one it is; ranks
 * that decide alike are not.
 */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/decision.h"
#include "tests/common/tap.h"

#include <string.h>

enum { BYTES = 300000, ODD = 2 /* the rank that differs */, CALLS = 12 };

static int rank;
static char *data;

static fan_comm_state *state_of(MPI_Comm comm)
{
    fan_comm_state *state = NULL;
    fan_lifetime_state(comm, &state);
    return state;
}

static MPI_Comm make_comm(const char *adapt)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_check", "1");
    MPI_Info_set(hints, "fanout_adapt", adapt);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    return comm;
}

/* All ranks get the error, and it has the text. */
static bool is_told(int code, const char *text, const char *about)
{
    int class = MPI_SUCCESS, length;
    char said[MPI_MAX_ERROR_STRING] = "";
    if (code == MPI_SUCCESS)
        return false;
    MPI_Error_class(code, &class);
    MPI_Error_string(code, said, &length);
    return class == fanout_error_class(FANOUT_ERR_DISAGREEMENT) && strstr(said, text) != NULL &&
           strstr(said, about) != NULL;
}

static int run_nonblocking(MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_ibcast(data, BYTES, MPI_BYTE, 0, comm, &request);
    return code == MPI_SUCCESS ? fanout_wait(&request) : code;
}

static int run_persistent(MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_bcast_init(data, BYTES, MPI_BYTE, 0, comm, MPI_INFO_NULL, &request);
    if (code != MPI_SUCCESS)
        return code;
    code = fanout_start(&request);
    if (code == MPI_SUCCESS)
        code = fanout_wait(&request);
    fanout_request_free(&request);
    return code;
}

static void check_alike(const char *adapt)
{
    MPI_Comm comm = make_comm(adapt);
    int failed = 0;
    for (int i = 0; i < CALLS; i++) {
        failed += fanout_bcast(data, BYTES, MPI_BYTE, i % 4, comm) != MPI_SUCCESS;
        failed += fanout_bcast(data, 100, MPI_BYTE, i % 4, comm) != MPI_SUCCESS;
    }
    failed += run_nonblocking(comm) != MPI_SUCCESS;
    failed += run_persistent(comm) != MPI_SUCCESS;
    tap_ok(failed == 0, "adapt = %s: ranks that decide alike may go on", adapt);
    MPI_Comm_free(&comm);
}

static void check_parameters(int (*run)(MPI_Comm), const char *text, const char *what)
{
    MPI_Comm comm = make_comm("0");
    run_nonblocking(comm); /* connects */
    if (rank == ODD)
        state_of(comm)->params.window = 7;
    tap_ok(is_told(run(comm), text, "rank 2"), "%s: another parameter on a rank", what);
    MPI_Comm_free(&comm);
}

static int run_blocking(MPI_Comm comm)
{
    return fanout_bcast(data, BYTES, MPI_BYTE, 0, comm);
}

/* Without the check the others would wait for ever in an agreement in which it takes no part. */
static void check_contest(void)
{
    MPI_Comm comm = make_comm("1");
    for (int i = 0; i < CALLS; i++)
        run_blocking(comm);
    if (rank == ODD)
        for (int i = 0; i < FAN_SIZE_CLASSES; i++)
            state_of(comm)->trials.contests[i].best = FAN_WAY_TREE;
    tap_ok(is_told(run_blocking(comm),
                   "the ranks disagree on what to decide a broadcast by:", "on rank 2"),
           "another way has won on a rank");
    MPI_Comm_free(&comm);
}

static void check_decision(void)
{
    MPI_Comm comm = make_comm("0");
    run_nonblocking(comm);
    const fan_comm_state *state = state_of(comm);
    fan_way way = rank == ODD ? FAN_WAY_MPI : FAN_WAY_ENGINE;
    fan_decision own = fan_decision_make(state, &state->params, BYTES, 0, way);
    tap_ok(fan_decision_compare(state, &own) == FAN_ERR_DISAGREEMENT &&
               strstr(fan_fail_text(), "by MPI on rank 2") != NULL &&
               strstr(fan_fail_text(), "on ranks 0-1,3") != NULL,
           "equal in all but the decision: it names the rank that differs");
    own = fan_decision_make(state, &state->params, BYTES, 0, FAN_WAY_ENGINE);
    tap_ok(fan_decision_compare(state, &own) == FAN_OK, "the same decision is none");
    MPI_Comm_free(&comm);
}

/* ---- nonblocking ones that are left to MPI ---- */

/* For one of the two reasons that there may be. */
static MPI_Comm make_left_comm(bool connected)
{
    MPI_Comm comm = make_comm("0");
    run_nonblocking(comm);
    if (connected)
        state_of(comm)->nonblocking = FAN_LEFT_TO_MPI;
    else
        state_of(comm)->connection = FAN_CANNOT_CONNECT;
    return comm;
}

static void free_left_comm(MPI_Comm *comm)
{
    state_of(*comm)->connection = FAN_CONNECTED;
    MPI_Comm_free(comm);
}

static int start_left(MPI_Comm comm, int bytes, int root, char *to, fanout_request *request)
{
    memset(to, rank == root ? 'r' : '?', BYTES);
    return fanout_ibcast(to, bytes, MPI_BYTE, root, comm, request);
}

static int run_left(MPI_Comm comm, int bytes, int root)
{
    fanout_request request;
    int code = start_left(comm, bytes, root, data, &request);
    return code == MPI_SUCCESS ? fanout_wait(&request) : code;
}

static bool has_come(const char *to, int bytes)
{
    for (int i = 0; i < bytes; i++)
        if (to[i] != 'r')
            return false;
    return true;
}

/* Ranks start them in different order: who waited in a call would wait for ever. */
static bool run_two_in_any_order(MPI_Comm first, MPI_Comm second)
{
    MPI_Comm comms[2] = {first, second};
    char *to[2] = {data, malloc(BYTES)};
    fanout_request requests[2];
    int failed = 0;
    for (int i = 0; i < 2; i++) {
        int n = rank % 2 == 0 ? i : 1 - i;
        failed += start_left(comms[n], BYTES, n, to[n], &requests[n]) != MPI_SUCCESS;
    }
    failed += fanout_waitall(2, requests) != MPI_SUCCESS;
    bool good = failed == 0 && has_come(to[0], BYTES) && has_come(to[1], BYTES);
    free(to[1]);
    return good;
}

static void check_left(bool connected)
{
    const char *why = connected ? "ranks block elsewhere" : "there is no communicator";
    MPI_Comm comm = make_left_comm(connected), other = make_left_comm(connected);
    bool odd = rank == ODD, good = true;
    for (int i = 0; i < CALLS; i++)
        good = run_left(comm, i % 3 * 1000, i % 4) == MPI_SUCCESS && has_come(data, i % 3 * 1000) &&
               good;
    tap_ok(good, "left to MPI, %s: what is equal passes", why);
    tap_ok(run_two_in_any_order(comm, other), "left to MPI, %s: in any order", why);
    tap_ok(is_told(run_left(comm, odd ? BYTES - 1 : BYTES, 0),
                   "299999 bytes on rank 2, 300000 on rank", "nonblocking"),
           "left to MPI, %s: a rank has fewer bytes", why);
    tap_ok(is_told(run_left(comm, odd ? 0 : 10, 0), "0 bytes on rank 2, 10 on rank", "nonblocking"),
           "left to MPI, %s: a rank has none", why);
    tap_ok(is_told(run_left(comm, BYTES, odd ? 1 : 0), "root", "1 on rank 2") &&
               (rank == 0 || has_come(data, 0)),
           "left to MPI, %s: a rank has another root", why);
    tap_ok(run_left(comm, BYTES, 1) == MPI_SUCCESS && has_come(data, BYTES) &&
               run_two_in_any_order(other, comm),
           "left to MPI, %s: and the next one is right", why);
    free_left_comm(&comm);
    free_left_comm(&other);
}

int main(void)
{
    setenv("FANOUT_FALLBACK", "silent", 1); /* what is left to MPI is compared, too */
    unsetenv("FANOUT_ADAPT");               /* it would go before what is set here */
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    data = calloc(1, BYTES);
    check_alike("0");
    check_alike("1");
    check_parameters(run_blocking, "window 7", "blocking");
    /* In a node no plan has a window: there it is only said that parameters differ. */
    check_parameters(run_nonblocking, "the ranks disagree on ", "nonblocking");
    check_parameters(run_persistent, "window 7", "persistent");
    check_contest();
    check_decision();
    check_left(true);
    check_left(false);
    free(data);
    return tap_end();
}
