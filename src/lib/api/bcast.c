/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/trial.h"
#include "lib/call/buffer.h"
#include "lib/call/pass_through.h"
#include "lib/deliver/delivery.h"
#include "lib/deliver/pending.h"
#include "lib/state/errors.h"

static fan_status broadcast(const fan_call *call)
{
    fan_comm_state *state = call->state;
    fan_buffer buffer;
    fan_status status = fan_buffer_open(&buffer, call);
    if (status != FAN_OK)
        return status;
    fan_delivery_task task = {.state = state,
                              .lane = &state->lane,
                              .node = state->map.node,
                              .params = &state->params,
                              .planned = &state->planned,
                              .bytes = call->bytes,
                              .root = call->root,
                              .store = fan_buffer_store(&buffer, state->rank == call->root)};
    status = fan_buffer_result(&buffer, fan_pending_deliver(&task));
    fan_buffer_free(&buffer);
    return status;
}

/* In the way that is the fastest, or is to be tried. Returns a code that was raised. */
static int broadcast_by_trial(const fan_call *call)
{
    fan_trial trial;
    fan_status status = fan_trial_begin(call->state, call->bytes, call->root, &trial);
    if (status != FAN_OK)
        return fan_error_raise(call->comm, status);
    int code = trial.way == FAN_WAY_ENGINE ? fan_error_raise(call->comm, broadcast(call))
                                           : fan_pass_through_by(call, trial.way);
    fan_trial_end(call->state, &trial, code == MPI_SUCCESS);
    return code;
}

int fanout_bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    int code;
    fan_call call = {.buffer = buffer,
                     .count = count,
                     .datatype = datatype,
                     .root = root,
                     .comm = comm,
                     .tries = true};
    switch (fan_call_judge(&call, &code)) {
    case FAN_IS_MPIS: return fan_pass_through(&call);
    case FAN_IS_REFUSED: return code;
    case FAN_IS_OPEN: return broadcast_by_trial(&call);
    case FAN_IS_OURS: break;
    }
    return fan_error_raise(comm, broadcast(&call));
}

int fanout_bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return fanout_bcast_c(buffer, count, datatype, root, comm);
}
