/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

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
    status = fan_pending_deliver(&task);
    fan_buffer_free(&buffer);
    return status;
}

int fanout_bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    int code;
    fan_call call = {
        .buffer = buffer, .count = count, .datatype = datatype, .root = root, .comm = comm};
    switch (fan_call_judge(&call, &code)) {
    case FAN_IS_MPIS: return fan_pass_through(&call);
    case FAN_IS_REFUSED: return code;
    case FAN_IS_OURS: break;
    }
    return fan_error_raise(comm, broadcast(&call));
}

int fanout_bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return fanout_bcast_c(buffer, count, datatype, root, comm);
}
