/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/streaming.h"

#include "comm/check.h"
#include "lib/adapt/network.h"
#include "lib/call/arguments.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/memory.h"
#include "lib/deliver/pending.h"
#include "lib/deliver/request.h"
#include "lib/state/connection.h"
#include "lib/state/errors.h"

int fan_streaming_check(int64_t bytes, int root, MPI_Comm comm)
{
    int size;
    int code = fan_comm_check(comm, &size);
    if (code != MPI_SUCCESS)
        return code;
    if (root < 0 || root >= size)
        return MPI_ERR_ROOT;
    return bytes < 0 ? MPI_ERR_COUNT : MPI_SUCCESS;
}

static fan_status deliver(const fan_streaming *s)
{
    fan_comm_state *state;
    fan_params params;
    fan_status status = fan_lifetime_state(s->comm, &state);
    if (status == FAN_OK)
        status = fan_memory_agree(state, s->caller_bytes, s->lacks_memory, s->caller_has);
    if (status == FAN_OK)
        status = fan_connection_demand(state);
    if (status == FAN_OK)
        status = fan_adapt_to_network(state, s->bytes == FAN_UNKNOWN_LENGTH ? 0 : s->bytes);
    if (status == FAN_OK)
        status = fan_comm_state_overlay(state, s->info, &params);
    if (status == FAN_OK && params.check)
        status = fan_arguments_compare(state, s->bytes, s->root);
    if (status == FAN_OK)
        status = fan_comm_state_watch(state, params.timeout);
    if (status != FAN_OK || s->bytes == 0)
        return status;
    if (s->parts == NULL)
        fan_delivery_suit_stream(state, s->bytes, &params);
    fan_planned planned = {0};
    fan_delivery_task task = {.state = state,
                              .lane = &state->lane,
                              .node = state->map.node,
                              .params = &params,
                              .planned = &planned,
                              .bytes = s->bytes,
                              .length = s->length,
                              .root = s->root,
                              .bounded = true,
                              .store = s->store,
                              .parts = params.mdc_order == FAN_SPREAD ? s->parts : NULL};
    status = fan_delivery_take_cells(&task);
    if (status == FAN_OK)
        status = fan_pending_deliver(&task);
    fan_planned_forget(&planned);
    return status;
}

int fan_streaming_run(const fan_streaming *s)
{
    int code = fan_error_raise_code(s->comm, fan_streaming_check(s->bytes, s->root, s->comm));
    if (code != MPI_SUCCESS)
        return code;
    return fan_error_raise(s->comm, deliver(s));
}
