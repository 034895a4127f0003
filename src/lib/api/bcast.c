/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/trial.h"
#include "lib/call/buffer.h"
#include "lib/call/pass_through.h"
#include "lib/deliver/decision.h"
#include "lib/deliver/delivery.h"
#include "lib/deliver/pending.h"
#include "lib/state/errors.h"
#include "lib/survive/survive.h"

static fan_status broadcast(const fan_call *call)
{
    fan_comm_state *state = call->state;
    fan_buffer buffer;
    fan_buffer_open(&buffer, call);
    fan_delivery_task task = {.state = state,
                              .lane = &state->lane,
                              .node = state->map.node,
                              .params = &state->params,
                              .planned = &state->planned,
                              .bytes = call->bytes,
                              .root = call->root,
                              .store = fan_buffer_store(&buffer, state->rank == call->root)};
    fan_status status = fan_buffer_result(&buffer, fan_pending_deliver(&task));
    fan_buffer_free(&buffer);
    return status;
}

/* The way to go: the fastest one, the one to be tried, or that of the verdict. */
static fan_status choose_way(const fan_call *call, fan_verdict verdict, fan_trial *trial)
{
    fan_comm_state *state = call->state;
    fan_status status = FAN_OK;
    *trial =
        (fan_trial){.way = verdict == FAN_IS_OURS ? FAN_WAY_ENGINE : fan_pass_through_way(call)};
    if (verdict == FAN_IS_OPEN)
        status = fan_trial_begin(state, call->bytes, call->root, trial);
    if (status != FAN_OK || !state->params.check)
        return status;
    fan_decision decision =
        fan_decision_make(state, &state->params, call->bytes, call->root, trial->way);
    status = fan_decision_compare(state, &decision);
    trial->start = MPI_Wtime(); /* what is timed is the broadcast */
    return status;
}

/* Returns a code that was raised. */
static int broadcast_in_a_way(const fan_call *call, fan_verdict verdict)
{
    fan_trial trial;
    fan_status status = choose_way(call, verdict, &trial);
    if (status != FAN_OK) {
        fan_trial_end(call->state, &trial, false);
        return fan_error_raise(call->comm, status);
    }
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
    if (fan_call_is_settled(&call))
        return PMPI_Bcast(buffer, (int)call.bytes, MPI_BYTE, root, comm);
    fan_verdict verdict = fan_call_judge(&call, &code);
    if (verdict == FAN_IS_REFUSED)
        return code;
    if (verdict == FAN_IS_TO_SURVIVE)
        return fan_survive(&call);
    return call.state == NULL ? fan_pass_through(&call) : broadcast_in_a_way(&call, verdict);
}

int fanout_bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return fanout_bcast_c(buffer, count, datatype, root, comm);
}
