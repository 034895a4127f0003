/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/passed.h"

#include "comm/check.h"
#include "comm/private.h"
#include "lib/call/pass_through.h"
#include "lib/state/errors.h"
#include "lib/state/tell.h"

#include <sys/param.h>

void fan_passed_init(fan_passed *p)
{
    *p = (fan_passed){
        .comm = MPI_COMM_NULL, .datatype = MPI_DATATYPE_NULL, .request = MPI_REQUEST_NULL};
}

/* ---- what it needs ---- */

/*
 * Ranks may start persistent requests in different order, and MPI matches nonblocking broadcasts by
 * the order of the calls: so each has a communicator of its own. Collective. A call without a state
 * has one rank, or an intercommunicator.
 */
static fan_status make_comm(fan_passed *p)
{
    if (p->call.state == NULL && !fan_comm_is_inter(p->call.comm))
        return FAN_OK;
    return fan_comm_private(p->call.comm, &p->comm);
}

/* The user may free the datatype before a start. */
static fan_status keep_datatype(fan_passed *p)
{
    int code = MPI_Type_dup(p->call.datatype, &p->datatype);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot keep the datatype of a persistent broadcast");
    p->call.datatype = p->datatype;
    return FAN_OK;
}

static fan_status keep_all(fan_passed *p)
{
    fan_status status = make_comm(p);
    if (status == FAN_OK && p->goes_as_bytes)
        status = fan_as_bytes_failure(&p->bytes);
    return status == FAN_OK ? keep_datatype(p) : status;
}

fan_status fan_passed_open(fan_passed *p, const fan_call *call, bool is_persistent)
{
    const fan_comm_state *state = call->state;
    p->call = *call;
    p->compares = call->nonblocking && state != NULL && state->params.check;
    p->goes_as_bytes = state != NULL && (call->bytes > 0 || p->compares);
    if (p->goes_as_bytes)
        fan_as_bytes_open(&p->bytes, call, p->compares);
    return is_persistent ? keep_all(p) : FAN_OK;
}

/* MPI may still touch what is packed. */
static void leave_alone(fan_passed *p)
{
    p->bytes.packed = NULL;
    p->request = MPI_REQUEST_NULL;
}

void fan_passed_close(fan_passed *p)
{
    fan_as_bytes_close(&p->bytes);
    if (p->comm != MPI_COMM_NULL)
        MPI_Comm_free(&p->comm);
    if (p->datatype != MPI_DATATYPE_NULL)
        MPI_Type_free(&p->datatype);
}

/* ---- doing it ---- */

static MPI_Comm comm_of_user(const fan_passed *p)
{
    const fan_comm_state *state = p->call.state;
    return state == NULL ? p->call.comm : state->user_comm;
}

/* On the user's communicator MPI has raised it. */
static int raise_mpi(const fan_passed *p, int code)
{
    bool is_raised = p->comm == MPI_COMM_NULL && code != FAN_GAVE_UP;
    return is_raised ? code : fan_error_raise_code(comm_of_user(p), code);
}

/*
 * One that is compared has a byte at least: where some ranks have none, MPI would number what
 * follows on the communicator differently.
 */
static fan_call call_of_mpi(fan_passed *p)
{
    fan_call call = p->goes_as_bytes ? fan_as_bytes_call(&p->bytes, &p->call, false) : p->call;
    if (p->comm != MPI_COMM_NULL)
        call.comm = p->comm;
    if (p->compares && p->bytes.data != NULL)
        call.count = MAX(call.count, 1);
    return call;
}

int fan_passed_start(fan_passed *p)
{
    fan_call call = call_of_mpi(p);
    p->patience = (fan_comm_patience){0};
    p->begun = p->call.state == NULL ? 0 : fan_tell_begin(p->call.state);
    int code = fan_pass_through_nonblocking(&call, &p->request);
    if (code != MPI_SUCCESS || !p->compares)
        return raise_mpi(p, code);
    fan_status status = fan_comparison_begin(&p->comparison, p->call.state, p->call.bytes,
                                             p->call.root, FAN_WAY_MPI);
    if (status != FAN_OK)
        leave_alone(p);
    return fan_error_raise(comm_of_user(p), status);
}

static bool is_given_up(fan_passed *p)
{
    const fan_comm_state *state = p->call.state;
    return state != NULL && fan_comm_is_out_of_patience(
                                &p->patience, fan_comm_state_bound(state, state->params.timeout));
}

/* Whether that is known; then `status` is what has come of it. */
static bool has_compared(fan_passed *p, fan_status *status)
{
    bool done = true;
    *status = p->compares ? fan_comparison_test(&p->comparison, &done) : FAN_OK;
    if (!done && is_given_up(p)) {
        done = true;
        *status = fan_fail_mpi(FAN_GAVE_UP, "the ranks compare their arguments");
    }
    p->compares = p->compares && !done;
    return done;
}

/* Returns MPI's code, or FAN_GAVE_UP. */
static int test_mpi(fan_passed *p, int *ended)
{
    int code = PMPI_Test(&p->request, ended, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS || *ended)
        return code;
    return is_given_up(p) ? FAN_GAVE_UP : MPI_SUCCESS;
}

bool fan_passed_has_ended(fan_passed *p, int *code)
{
    int ended = 0;
    fan_status status;
    *code = MPI_SUCCESS;
    if (!has_compared(p, &status))
        return false;
    if (status == FAN_OK)
        *code = test_mpi(p, &ended);
    if (status != FAN_OK || (*code != MPI_SUCCESS && !ended))
        leave_alone(p);
    *code = status == FAN_OK ? raise_mpi(p, *code) : fan_error_raise(comm_of_user(p), status);
    bool done = ended || *code != MPI_SUCCESS;
    if (done && *code == MPI_SUCCESS && p->goes_as_bytes)
        fan_as_bytes_done(&p->bytes);
    if (done && *code == MPI_SUCCESS && p->call.bytes > 0)
        fan_tell_broadcast(p->call.state, p->call.bytes, p->call.root, fan_way_names[FAN_WAY_MPI],
                           p->begun);
    return done;
}

bool fan_passed_hand_over(fan_passed *p, MPI_Request *request)
{
    if (p->compares || p->bytes.packed != NULL)
        return false;
    *request = p->request;
    p->request = MPI_REQUEST_NULL;
    return true;
}
