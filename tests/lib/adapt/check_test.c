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
        for (int i = 0; i < FAN_CLASSES; i++)
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

int main(void)
{
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
    free(data);
    return tap_end();
}
