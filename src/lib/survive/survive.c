/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/survive/survive.h"

#include "comm/ulfm/ulfm.h"
#include "lib/call/buffer.h"
#include "lib/call/pass_through.h"
#include "lib/deliver/delivery.h"
#include "lib/deliver/pending.h"
#include "lib/state/agreement.h"
#include "lib/state/death.h"
#include "lib/state/errors.h"
#include "lib/survive/mend.h"

typedef struct survival {
    fan_call *call;
    fan_buffer buffer;
    fan_mend_task task;
} survival;

/* A rank that cannot use its datatype passes the data on, but has none of it afterwards. */
static void found(void *state, int64_t offset, int64_t bytes)
{
    survival *s = state;
    if (s->buffer.failure.status == FAN_OK && bytes > 0)
        fan_ranges_add(&s->task.have, offset, bytes);
}

static void begin(survival *s)
{
    const fan_call *call = s->call;
    fan_buffer_open(&s->buffer, call);
    s->task = (fan_mend_task){.state = call->state,
                              .bytes = call->bytes,
                              .root = call->root,
                              .store = fan_buffer_store(&s->buffer, false)};
    if (call->state->rank == call->root)
        found(s, 0, call->bytes);
}

/* ---- the first attempt: the broadcast as it is without a death ---- */

static fan_status deliver(survival *s)
{
    fan_comm_state *state = s->call->state;
    fan_salvage salvage = {.found = found, .state = s};
    fan_delivery_task task = {.state = state,
                              .lane = &state->lane,
                              .node = state->map.node,
                              .params = &state->params,
                              .planned = &state->planned,
                              .bytes = s->call->bytes,
                              .root = s->call->root,
                              .store = fan_buffer_store(&s->buffer, state->rank == s->call->root),
                              .salvage = &salvage};
    return fan_pending_deliver(&task);
}

static fan_status pass_through(const survival *s)
{
    int code = fan_pass_through_by(s->call, FAN_WAY_MPI);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, "MPI has failed");
}

static fan_status attempt(survival *s)
{
    fan_status status = fan_call_prepare(s->call);
    if (status != FAN_OK || s->call->bytes == 0)
        return status;
    status = s->call->state->connection == FAN_CONNECTED ? deliver(s) : pass_through(s);
    if (status == FAN_OK)
        found(s, 0, s->call->bytes);
    return status;
}

/* ---- until all that live have the same ---- */

/* Whether no rank has found that another has died before it had all. */
static fan_status agree(const survival *s, fan_status status, bool *all_have)
{
    const fan_comm_state *state = s->call->state;
    MPI_Comm comm = state->survivors == MPI_COMM_NULL ? state->user_comm : state->survivors;
    int bits = !fan_error_is_death(comm, status);
    fan_status agreed = fan_agree_among_living(
        state->user_comm, fan_comm_state_bound(state, state->params.timeout), &bits);
    *all_have = bits != 0;
    return agreed;
}

static fan_status mend(survival *s)
{
    s->task.lost = 0;
    return fan_mend(&s->task);
}

static fan_status run(survival *s)
{
    fan_failure own;
    bool all_have = false;
    fan_comm_state *state = s->call->state;
    fan_status status = state->survivors == MPI_COMM_NULL ? attempt(s) : mend(s);
    while (true) {
        fan_fail_keep(&own, status);
        status = agree(s, status, &all_have);
        if (status != FAN_OK)
            return status;
        if (all_have)
            return fan_fail_again(&own);
        status = fan_comm_state_find_survivors(state);
        if (status != FAN_OK)
            return status;
        status = mend(s);
    }
}

static fan_status result(const survival *s, fan_status status)
{
    if (status == FAN_OK && s->task.lost > 0)
        return fan_death_name_loss(s->call->comm, s->call->state->survivors, s->task.lost,
                                   s->task.bytes);
    return s->buffer.failure.status != FAN_OK ? fan_fail_again(&s->buffer.failure) : status;
}

/*
 * Of no bytes there is nothing to be done, but where ranks compare what they give.
 * A death that is overcome is no error, so the user's error handler is not told of it.
 */
int fan_survive(fan_call *call)
{
    survival s = {.call = call};
    if (call->bytes == 0 && !call->state->params.check)
        return MPI_SUCCESS;
    MPI_Errhandler users = fan_error_tell_nobody(call->comm);
    begin(&s);
    fan_status status = result(&s, run(&s));
    fan_ranges_free(&s.task.have);
    fan_buffer_free(&s.buffer);
    fan_error_tell_again(call->comm, users);
    return fan_error_raise(call->comm, status);
}
