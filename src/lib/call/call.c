/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/call.h"

#include "comm/check.h"
#include "comm/ulfm/ulfm.h"
#include "lib/adapt/network.h"
#include "lib/adapt/trial.h"
#include "lib/call/arguments.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/request.h"
#include "lib/state/callback.h"
#include "lib/state/connection.h"
#include "lib/state/death.h"
#include "lib/state/errors.h"
#include "lib/state/tell.h"

#include <limits.h>
#include <sys/param.h>

bool fan_call_is_settled(fan_call *c)
{
    fan_comm_state *state = c->comm == MPI_COMM_NULL ? NULL : fan_lifetime_look(c->comm);
    return state != NULL && !state->params.check && !fan_tells(state, FAN_DEBUG_TRACE) &&
           !fan_callback_is_running() && c->count > 0 && c->root >= 0 && c->root < state->size &&
           fan_arguments_are_usual(c->buffer, c->datatype) &&
           fan_comm_bytes(c->count, c->datatype, &c->bytes) == MPI_SUCCESS && c->bytes <= INT_MAX &&
           fan_trial_is_settled(state, c->bytes);
}

/* We do broadcasts with valid arguments on an intracommunicator of several ranks. */
static bool is_sane(const fan_call *c)
{
    if (c->datatype == MPI_DATATYPE_NULL || c->count < 0)
        return false;
    int size;
    return fan_comm_check(c->comm, &size) == MPI_SUCCESS && size > 1 && c->root >= 0 &&
           c->root < size && fan_arguments_accepted(c->buffer, c->count, c->datatype);
}

/*
 * One so large is worth connecting for at once. To connect takes as long as some 100 KiB where
 * links are as fast as processors, 1 to 3 ms, and who knows how many broadcasts will follow: so a
 * smaller one must be followed by others where the library is to find out for itself what is the
 * fastest. (A nonblocking one may wait in the first call on its communicator only.) Between two
 * ranks MPI sends one message, which nothing beats; and in a node it has sent 16 MiB by the time
 * that four ranks are connected and share memory.
 */
static int64_t worth_at_once(const fan_call *c)
{
    enum { WHERE_ALL_IS_FAST = 256 * 1024, IN_A_NODE = 16 * 1024 * 1024 };
    int64_t least = c->state->params.min_bytes;
    if (!c->state->adapts || c->nonblocking)
        return least;
    if (c->state->size == 2)
        return FAN_TRIAL_LARGEST_MPI + 1;
    return MAX(least, c->state->is_one_node ? IN_A_NODE : WHERE_ALL_IS_FAST);
}

/*
 * A communicator that is used for some small broadcasts only is not worth connecting; then MPI does
 * them, more slowly than we could. Those of all ranks have the same number.
 */
static bool is_worth_connecting(fan_call *c)
{
    enum { FEW_CALLS = 64, COUNTS_FOR = 32 /* one that might be cut into pieces */ };
    if (c->nonblocking && c->state->params.check)
        return true;
    if (c->bytes == 0)
        return false;
    if (fan_ulfm_is_on())
        return true;
    if (c->bytes >= worth_at_once(c))
        return true;
    bool may_be_cut = c->bytes >= FAN_TRIAL_LEAST_BYTES && c->state->adapts;
    if (!c->nonblocking && c->state->small_calls <= FEW_CALLS)
        c->state->small_calls += may_be_cut ? COUNTS_FOR : 1;
    return c->state->small_calls > FEW_CALLS && !c->nonblocking;
}

/* A nonblocking call may wait for other ranks only where it connects. */
static bool may_learn(const fan_call *c, bool is_new)
{
    return c->bytes > 0 && (is_new || !c->nonblocking);
}

/* A nonblocking call must not wait for others at its end. */
static bool is_to_survive(const fan_call *c)
{
    return c->tries && fan_comm_state_survives(c->state);
}

static fan_status find_state(fan_call *c)
{
    fan_status status = fan_lifetime_find(c->comm, &c->state);
    if (status != FAN_OK || is_to_survive(c))
        return status;
    status = fan_death_look(c->comm);
    return status == FAN_OK ? fan_call_prepare(c) : status;
}

fan_status fan_call_prepare(fan_call *c)
{
    fan_status status = FAN_OK;
    if (c->state->params.check && !c->nonblocking)
        status = fan_arguments_compare(c->state, c->bytes, c->root);
    if (status != FAN_OK)
        return status;
    bool is_new = c->state->connection == FAN_UNCONNECTED;
    if (c->state->connection != FAN_CONNECTED && is_worth_connecting(c))
        status = fan_connection_make(c->state);
    if (status == FAN_OK && may_learn(c, is_new))
        status = fan_adapt_to_network(c->state, c->bytes);
    return status;
}

static fan_verdict judge_sane(fan_call *call)
{
    const fan_comm_state *state = call->state;
    if (is_to_survive(call))
        return FAN_IS_TO_SURVIVE;
    if (state->connection != FAN_CONNECTED)
        return FAN_IS_MPIS;
    if (call->nonblocking && state->params.check)
        return FAN_IS_OURS;
    /* What MPI does on the user's communicator we cannot end when a rank dies. */
    if (fan_ulfm_is_on() && !call->tries && call->bytes > 0)
        return FAN_IS_OURS;
    if (call->tries && call->bytes > 0 && state->adapts)
        return FAN_IS_OPEN;
    return call->bytes == 0 || fan_delivery_is_small(state, call->bytes) ? FAN_IS_MPIS
                                                                         : FAN_IS_OURS;
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
    return judge_sane(call);
}
