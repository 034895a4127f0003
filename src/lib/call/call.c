/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/call.h"

#include "comm/check.h"
#include "lib/call/arguments.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/delivery.h"
#include "lib/state/errors.h"

/* We do broadcasts with valid arguments on an intracommunicator of several ranks. */
static bool is_sane(const fan_call *c)
{
    if (c->datatype == MPI_DATATYPE_NULL || c->count < 0)
        return false;
    int size;
    return fan_comm_check(c->comm, &size) == MPI_SUCCESS && size > 1 && c->root >= 0 &&
           c->root < size && fan_arguments_accepted(c->buffer, c->count, c->datatype);
}

static fan_status find_state(fan_call *c)
{
    fan_status status = fan_lifetime_state(c->comm, &c->state);
    if (status != FAN_OK)
        return status;
    const fan_params *params = &c->state->params;
    if (params->check || (c->bytes > 0 && c->bytes >= params->min_bytes))
        status = fan_comm_state_connect(c->state);
    if (status == FAN_OK && params->check && !c->nonblocking)
        status = fan_arguments_compare(c->state, c->bytes, c->root);
    return status;
}

fan_verdict fan_call_judge(fan_call *call, int *code)
{
    if (!is_sane(call))
        return FAN_IS_MPIS;
    *code =
        fan_error_raise_code(call->comm, fan_comm_bytes(call->count, call->datatype, &call->bytes));
    if (*code == MPI_SUCCESS)
        *code = fan_error_raise(call->comm, find_state(call));
    if (*code != MPI_SUCCESS)
        return FAN_IS_REFUSED;
    /*
     * Open MPI returns at once on ranks whose count is 0, but waits for those ranks where the count
     * is positive and elements are empty.
     */
    if (call->bytes == 0)
        call->count = 0;
    if (call->nonblocking && call->state->params.check)
        return FAN_IS_OURS;
    return call->bytes == 0 || fan_delivery_is_small(call->state, call->bytes) ? FAN_IS_MPIS
                                                                               : FAN_IS_OURS;
}
