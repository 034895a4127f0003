/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/spare/spare.h"
#include "comm/agree.h"
#include "comm/check.h"
#include "comm/private.h"
#include "lib/call/as_bytes.h"
#include "lib/call/lifetime.h"
#include "lib/call/pass_through.h"
#include "lib/deliver/decision.h"
#include "lib/deliver/pending.h"
#include "lib/state/callback.h"
#include "lib/state/errors.h"
#include "lib/state/lane.h"

struct fanout_request_s {
    fan_call call;
    bool persistent;
    bool active;
    bool passed_through;
    MPI_Request mpi; /* of a broadcast that MPI does */
    /* A persistent one has its own: */
    MPI_Datatype datatype;
    MPI_Comm comm; /* of one that MPI does */
    fan_lane lane;
    fan_params params;
    fan_planned planned;
    fan_buffer buffer;
    fan_pending pending;
    bool goes_as_bytes;         /* to MPI */
    fan_comm_patience patience; /* with MPI */
    fan_as_bytes as_bytes;
};

/* Where errors are raised. The communicator may have been freed before the request. */
static MPI_Comm comm_of(fanout_request request)
{
    const fan_comm_state *state = request->call.state;
    return state == NULL ? request->call.comm : state->user_comm;
}

static void release(fanout_request request)
{
    fan_buffer_free(&request->buffer);
    fan_as_bytes_close(&request->as_bytes);
    fan_planned_forget(&request->planned);
    fan_lane_close(&request->lane);
    if (request->call.state != NULL)
        fan_lifetime_leave(request->call.state);
    if (request->comm != MPI_COMM_NULL)
        MPI_Comm_free(&request->comm);
    if (request->datatype != MPI_DATATYPE_NULL)
        MPI_Type_free(&request->datatype);
    fan_spare_free(request);
}

/* ---- starting ---- */

static void start_ours(fanout_request r)
{
    fan_comm_state *state = r->call.state;
    fan_delivery_task task = {.state = state,
                              .lane = r->persistent ? &r->lane : &state->lane,
                              .node = r->persistent ? r->lane.node : state->nonblocking_node,
                              .params = r->persistent ? &r->params : &state->params,
                              .planned = r->persistent ? &r->planned : &state->planned,
                              .bytes = r->call.bytes,
                              .root = r->call.root,
                              .store = fan_buffer_store(&r->buffer, state->rank == r->call.root)};
    fan_pending_start(&r->pending, &task, !r->persistent && state->params.check);
}

/* Returns an MPI code. */
static int pass_through(fanout_request r)
{
    fan_call call = r->goes_as_bytes ? fan_as_bytes_call(&r->as_bytes, &r->call, false) : r->call;
    if (r->comm != MPI_COMM_NULL)
        call.comm = r->comm;
    return fan_pass_through_nonblocking(&call, &r->mpi);
}

/* Returns an MPI code. */
static int start(fanout_request r)
{
    int code = MPI_SUCCESS;
    r->patience = (fan_comm_patience){0};
    if (r->passed_through)
        code = pass_through(r);
    else
        start_ours(r);
    r->active = code == MPI_SUCCESS;
    return code;
}

/* ---- making ---- */

static fan_status prepare_persistent(fanout_request r, MPI_Info info)
{
    bool possible = false;
    fan_status status = fan_comm_state_overlay(r->call.state, info, &r->params);
    if (status == FAN_OK)
        status = fan_lane_open(r->call.state, &r->lane, &possible);
    r->passed_through = !possible;
    return status;
}

/* Ranks may start them in any order, so this is where it can be done. */
static fan_status compare_decisions(const struct fanout_request_s *r)
{
    fan_decision decision =
        fan_decision_make(r->call.state, &r->params, r->call.bytes, r->call.root, FAN_WAY_ENGINE);
    return fan_decision_compare(r->call.state, &decision);
}

static fan_status prepare_ours(fanout_request r, MPI_Info info)
{
    fan_status status = r->persistent
                            ? prepare_persistent(r, info)
                            : fan_comm_state_prepare_nonblocking(r->call.state, &r->passed_through);
    if (status == FAN_OK && !r->passed_through && r->persistent && r->params.check)
        status = compare_decisions(r);
    if (status == FAN_OK && !r->passed_through)
        status = fan_buffer_open(&r->buffer, &r->call);
    return status;
}

/*
 * Ranks may start persistent requests in different order, and MPI matches nonblocking broadcasts by
 * the order of the calls: one that is passed through to MPI has a communicator of its own.
 * Collective. A call without a state has wrong arguments, of which MPI will say so, or one rank, or
 * an intercommunicator.
 */
static fan_status keep_comm(fanout_request r)
{
    if (!r->persistent || !r->passed_through)
        return FAN_OK;
    if (r->call.state == NULL && !fan_comm_is_inter(r->call.comm))
        return FAN_OK;
    return fan_comm_private(r->call.comm, &r->comm);
}

/*
 * The user may free the datatype of a persistent request before a start passes it through to MPI.
 */
static int keep_datatype(fanout_request r)
{
    if (!r->persistent || !r->passed_through || r->call.datatype == MPI_DATATYPE_NULL)
        return MPI_SUCCESS;
    int code = MPI_Type_dup(r->call.datatype, &r->datatype);
    if (code == MPI_SUCCESS)
        r->call.datatype = r->datatype;
    return code;
}

static fan_status keep_bytes(fanout_request r)
{
    r->goes_as_bytes = r->passed_through && r->call.state != NULL && r->call.bytes > 0;
    return r->goes_as_bytes ? fan_as_bytes_open(&r->as_bytes, &r->call) : FAN_OK;
}

/* Only here can ranks tell each other that one has no memory. */
static fan_status agree_on_memory(fanout_request r)
{
    if (!r->persistent || r->call.state == NULL)
        return FAN_OK;
    bool lacks_memory = r->buffer.lacks_memory || r->as_bytes.lacks_memory;
    int code = fan_comm_any(r->call.state->user_comm, &lacks_memory);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on a persistent broadcast");
    return lacks_memory
               ? fan_fail(FAN_ERR_MEMORY, "no memory for a persistent broadcast on some rank")
               : FAN_OK;
}

/* Returns an MPI code that has been raised. */
static int prepare(fanout_request r, MPI_Info info)
{
    int code = MPI_SUCCESS;
    fan_verdict verdict = fan_call_judge(&r->call, &code);
    if (r->call.state != NULL)
        atomic_fetch_add(&r->call.state->references, 1);
    if (verdict == FAN_IS_REFUSED)
        return code;
    r->passed_through = verdict == FAN_IS_MPIS;
    if (verdict == FAN_IS_OURS) {
        fan_status status = prepare_ours(r, info);
        if (status != FAN_OK)
            return fan_error_raise(r->call.comm, status);
    }
    fan_status status = keep_comm(r);
    if (status == FAN_OK)
        status = keep_bytes(r);
    if (status == FAN_OK)
        status = agree_on_memory(r);
    return status == FAN_OK ? fan_error_raise_code(r->call.comm, keep_datatype(r))
                            : fan_error_raise(r->call.comm, status);
}

static int make(const fan_call *call, bool persistent, MPI_Info info, fanout_request *request)
{
    *request = FANOUT_REQUEST_NULL;
    fanout_request r = fan_spare_calloc(1, sizeof *r);
    if (r == NULL) {
        fan_fail(FAN_ERR_MEMORY, "no memory for a request");
        fan_error_abort();
    }
    r->call = *call;
    r->persistent = persistent;
    r->mpi = MPI_REQUEST_NULL;
    r->datatype = MPI_DATATYPE_NULL;
    r->comm = MPI_COMM_NULL;
    int code = prepare(r, info);
    if (code == MPI_SUCCESS && !persistent)
        code = start(r);
    if (code == MPI_SUCCESS)
        *request = r;
    else
        release(r);
    return code;
}

int fanout_ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm,
                    fanout_request *request)
{
    fan_call call = {.buffer = buffer,
                     .count = count,
                     .datatype = datatype,
                     .root = root,
                     .comm = comm,
                     .nonblocking = true};
    return make(&call, false, MPI_INFO_NULL, request);
}

int fanout_ibcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                  fanout_request *request)
{
    return fanout_ibcast_c(buffer, count, datatype, root, comm, request);
}

int fanout_bcast_init_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                        MPI_Comm comm, MPI_Info info, fanout_request *request)
{
    fan_call call = {
        .buffer = buffer, .count = count, .datatype = datatype, .root = root, .comm = comm};
    return make(&call, true, info, request);
}

int fanout_bcast_init(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                      MPI_Info info, fanout_request *request)
{
    return fanout_bcast_init_c(buffer, count, datatype, root, comm, info, request);
}

static int refuse_request(void)
{
    return fan_error_raise_code(MPI_COMM_WORLD, MPI_ERR_REQUEST);
}

/* Returns an MPI code that has been raised. */
static int refuse_in_callback(fanout_request r)
{
    return fan_error_raise(comm_of(r), fan_callback_refuse("a function of fanout.h"));
}

int fanout_start(fanout_request *request)
{
    fanout_request r = *request;
    if (r == FANOUT_REQUEST_NULL || !r->persistent || r->active)
        return refuse_request();
    int code = refuse_in_callback(r);
    return code == MPI_SUCCESS ? start(r) : code;
}

/* ---- ending ---- */

/*
 * An active request has ended, with `code` if MPI did the broadcast. Returns an MPI code that has
 * been raised.
 */
static int end(fanout_request *request, int code)
{
    fanout_request r = *request;
    MPI_Comm comm = comm_of(r);
    bool was_ours = !r->passed_through;
    fan_status status =
        was_ours ? fan_buffer_result(&r->buffer, fan_pending_wait(&r->pending)) : FAN_OK;
    r->active = false;
    if (r->goes_as_bytes && code == MPI_SUCCESS)
        fan_as_bytes_done(&r->as_bytes);
    if (!r->persistent) {
        release(r);
        *request = FANOUT_REQUEST_NULL;
    }
    return was_ours ? fan_error_raise(comm, status) : fan_error_raise_code(comm, code);
}

static fan_comm_bound bound_of(fanout_request r)
{
    const fan_comm_state *state = r->call.state;
    if (state == NULL)
        return (fan_comm_bound){0};
    return fan_comm_state_bound(state, r->persistent ? r->params.timeout : state->params.timeout);
}

/* Returns MPI's code, or FAN_GAVE_UP. */
static int test_mpi(fanout_request r, int *flag)
{
    int code = MPI_Test(&r->mpi, flag, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS || *flag)
        return code;
    return fan_comm_is_out_of_patience(&r->patience, bound_of(r)) ? FAN_GAVE_UP : MPI_SUCCESS;
}

int fanout_test(fanout_request *request, int *flag)
{
    fanout_request r = *request;
    if (!fan_callback_is_running())
        fan_pending_all();
    *flag = r == FANOUT_REQUEST_NULL || !r->active;
    int code = *flag ? MPI_SUCCESS : refuse_in_callback(r);
    if (*flag || code != MPI_SUCCESS)
        return code;
    if (r->passed_through)
        code = test_mpi(r, flag);
    else
        *flag = atomic_load(&r->pending.finished);
    *flag = *flag || code == FAN_GAVE_UP;
    return *flag || code != MPI_SUCCESS ? end(request, code) : MPI_SUCCESS;
}

/*
 * Not MPI_Wait: our other broadcasts must go on, because the ranks that this one waits for may wait
 * for them.
 */
static int wait_for_mpi(fanout_request r)
{
    int flag = 0, code = MPI_SUCCESS;
    while (!flag && code == MPI_SUCCESS) {
        fan_pending_all();
        code = test_mpi(r, &flag);
    }
    return code;
}

int fanout_wait(fanout_request *request)
{
    fanout_request r = *request;
    if (r == FANOUT_REQUEST_NULL || !r->active)
        return MPI_SUCCESS;
    int code = refuse_in_callback(r);
    if (code != MPI_SUCCESS)
        return code;
    return end(request, r->passed_through ? wait_for_mpi(r) : MPI_SUCCESS);
}

int fanout_waitall(int count, fanout_request *requests)
{
    int first = MPI_SUCCESS;
    for (int i = 0; i < count; i++) {
        int code = fanout_wait(&requests[i]);
        if (first == MPI_SUCCESS)
            first = code;
    }
    return first;
}

int fanout_request_free(fanout_request *request)
{
    if (*request == FANOUT_REQUEST_NULL || (*request)->active)
        return refuse_request();
    release(*request);
    *request = FANOUT_REQUEST_NULL;
    return MPI_SUCCESS;
}
