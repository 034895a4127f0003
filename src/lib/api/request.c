/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/spare/spare.h"
#include "comm/agree.h"
#include "comm/check.h"
#include "lib/call/arguments.h"
#include "lib/call/lifetime.h"
#include "lib/call/passed.h"
#include "lib/call/promise.h"
#include "lib/deliver/decision.h"
#include "lib/deliver/pending.h"
#include "lib/state/callback.h"
#include "lib/state/errors.h"
#include "lib/state/lane.h"
#include "lib/state/tell.h"

#include <stddef.h>

struct fanout_request_s {
    fan_call call;
    bool persistent;
    atomic_bool active;
    atomic_bool is_promised; /* a request of MPI's ends it: see fanout_request_mpi */
    fan_promise *promise;
    fan_pending_errand errand;
    bool passed_through;
    fan_passed passed; /* a broadcast that MPI does */
    /* A persistent one has its own: */
    fan_lane lane;
    fan_params params;
    fan_planned planned;
    fan_buffer buffer;
    fan_pending pending;
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
    fan_planned_forget(&request->planned);
    fan_lane_close(&request->lane);
    if (request->call.state != NULL)
        fan_lifetime_leave(request->call.state);
    fan_passed_close(&request->passed);
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

/* Returns an MPI code that has been raised. */
static int start(fanout_request r)
{
    int code = MPI_SUCCESS;
    if (r->passed_through)
        code = fan_passed_start(&r->passed);
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
    if (status == FAN_OK && !r->persistent && r->call.state->nonblocking == FAN_LACKING)
        status = fan_fall_back_pending(r->call.state, "nonblocking broadcasts");
    if (status != FAN_OK || r->passed_through)
        return status;
    if (r->persistent && r->params.check)
        status = compare_decisions(r);
    fan_buffer_open(&r->buffer, &r->call);
    return status;
}

/* A failure may be one of this rank only. */
static fan_status prepare_by(fanout_request r, fan_verdict verdict, MPI_Info info)
{
    r->passed_through = verdict == FAN_IS_MPIS;
    fan_status status = verdict == FAN_IS_OURS ? prepare_ours(r, info) : FAN_OK;
    if (status == FAN_OK && r->passed_through)
        return fan_passed_open(&r->passed, &r->call, r->persistent);
    return status == FAN_OK && r->persistent ? fan_fail_again(&r->buffer.failure) : status;
}

static fan_status fail_elsewhere(fan_status status, int rank)
{
    return status == FAN_ERR_MEMORY
               ? fan_fail(status, "no memory for a persistent broadcast on rank %d", rank)
               : fan_fail(status, "rank %d cannot prepare a persistent broadcast", rank);
}

/* All ranks have the request, or none: only here can they tell each other. */
static fan_status agree(const struct fanout_request_s *r, fan_status status)
{
    enum { MOST_RANKS_LOG = 32 };
    int rank;
    fan_failure own;
    if (r->call.state == NULL && !fan_comm_is_inter(r->call.comm))
        return status; /* one rank */
    fan_fail_keep(&own, status);
    MPI_Comm_rank(r->call.comm, &rank);
    int64_t worst = ((int64_t)status << MOST_RANKS_LOG) + rank;
    int code = fan_comm_worst(r->call.comm, &worst);
    if (status != FAN_OK)
        return fan_fail_again(&own);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on a persistent broadcast");
    fan_status there = (fan_status)(worst >> MOST_RANKS_LOG);
    return there == FAN_OK ? FAN_OK : fail_elsewhere(there, (int)(worst & INT32_MAX));
}

/* Those of a nonblocking one go to MPI at once. Returns an MPI code that has been raised. */
static int check_persistent(const fan_call *c)
{
    return fan_error_raise_code(
        c->comm, fan_arguments_error(c->buffer, c->count, c->datatype, c->root, c->comm));
}

/* Returns an MPI code that has been raised. */
static int prepare(fanout_request r, MPI_Info info)
{
    int code = r->persistent ? check_persistent(&r->call) : MPI_SUCCESS;
    if (code != MPI_SUCCESS)
        return code;
    fan_verdict verdict = fan_call_judge(&r->call, &code);
    if (r->call.state != NULL)
        atomic_fetch_add(&r->call.state->references, 1);
    if (verdict == FAN_IS_REFUSED)
        return code;
    fan_status status = prepare_by(r, verdict, info);
    return fan_error_raise(r->call.comm, r->persistent ? agree(r, status) : status);
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
    fan_passed_init(&r->passed);
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

/* Whether it has ended; then `code`, which has been raised, is what has come of it. */
static bool has_ended(fanout_request r, int *code)
{
    if (r->passed_through)
        return fan_passed_has_ended(&r->passed, code);
    if (!atomic_load(&r->pending.finished))
        return false;
    *code =
        fan_error_raise(comm_of(r), fan_buffer_result(&r->buffer, fan_pending_wait(&r->pending)));
    return true;
}

/* Whether the request is still there. */
static bool rest(fanout_request r)
{
    bool stays = r->persistent;
    r->active = false;
    if (!stays)
        release(r);
    return stays;
}

static void end(fanout_request *request)
{
    if (!rest(*request))
        *request = FANOUT_REQUEST_NULL;
}

/* Returns an MPI code that has been raised. */
static int refuse_end(fanout_request r)
{
    return r->is_promised ? refuse_request() : refuse_in_callback(r);
}

int fanout_test(fanout_request *request, int *flag)
{
    fanout_request r = *request;
    if (!fan_callback_is_running())
        fan_pending_all();
    *flag = r == FANOUT_REQUEST_NULL || !r->active;
    int code = *flag ? MPI_SUCCESS : refuse_end(r);
    if (*flag || code != MPI_SUCCESS)
        return code;
    *flag = has_ended(r, &code);
    if (*flag)
        end(request);
    return code;
}

/*
 * Not MPI_Wait: our other broadcasts must go on, because the ranks that this one waits for may wait
 * for them.
 */
static int wait_for(fanout_request r)
{
    int code;
    if (!r->passed_through)
        fan_pending_wait(&r->pending);
    while (!has_ended(r, &code))
        fan_pending_all();
    return code;
}

int fanout_wait(fanout_request *request)
{
    fanout_request r = *request;
    if (r == FANOUT_REQUEST_NULL || !r->active)
        return MPI_SUCCESS;
    int code = refuse_end(r);
    if (code != MPI_SUCCESS)
        return code;
    code = wait_for(r);
    end(request);
    return code;
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

/* ---- as a request of MPI's ---- */

/* By the thread. MPI_Wait may return as soon as the promise is kept. */
static bool try_to_keep(fan_pending_errand *errand)
{
    fanout_request r = (void *)((char *)errand - offsetof(struct fanout_request_s, errand));
    fan_promise *promise = r->promise;
    int code;
    if (!has_ended(r, &code))
        return false;
    r->is_promised = false;
    rest(r);
    fan_promise_keep(promise, code);
    return true;
}

/* Returns an MPI code that has been raised. */
static int promise(fanout_request *request, MPI_Request *mpi_request)
{
    fanout_request r = *request;
    if (!fan_pending_begin_thread())
        return fan_error_raise(comm_of(r),
                               fan_fail(FAN_ERR_ARGUMENT,
                                        "fanout_request_mpi needs MPI_THREAD_MULTIPLE: a "
                                        "thread is to complete the request of MPI"));
    int code = fan_error_raise_code(comm_of(r), fan_promise_make(&r->promise, mpi_request));
    if (code != MPI_SUCCESS)
        return code;
    if (!r->persistent)
        *request = FANOUT_REQUEST_NULL;
    r->is_promised = true;
    r->errand.attempt = try_to_keep;
    fan_pending_run_errand(&r->errand);
    return MPI_SUCCESS;
}

int fanout_request_mpi(fanout_request *request, MPI_Request *mpi_request)
{
    fanout_request r = *request;
    *mpi_request = MPI_REQUEST_NULL;
    if (r == FANOUT_REQUEST_NULL || !r->active)
        return MPI_SUCCESS;
    int code = refuse_end(r);
    if (code != MPI_SUCCESS)
        return code;
    if (!r->passed_through || !fan_passed_hand_over(&r->passed, mpi_request))
        return promise(request, mpi_request);
    end(request);
    return MPI_SUCCESS;
}
