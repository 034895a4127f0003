/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/pass_through.h"

#include "comm/binomial.h"
#include "comm/check.h"
#include "comm/ulfm/ulfm.h"
#include "comm/wait.h"
#include "compat/mpi_calls.h"
#include "lib/adapt/trial.h"
#include "lib/call/as_bytes.h"
#include "lib/state/death.h"
#include "lib/state/errors.h"
#include "lib/state/tell.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * An MPI 3 library does not accept a count above 2^31 - 1: make a datatype of `count` elements, as
 * q x (contiguous INT_MAX) and a rest.
 */
#ifndef HAVE_MPI_BCAST_C
static int make_large_type(MPI_Count count, MPI_Datatype datatype, MPI_Datatype *large)
{
    MPI_Datatype block, parts[2];
    MPI_Count lower, extent;
    int lengths[2] = {1, 1};
    int code = fan_compat_type_extent(datatype, &lower, &extent);
    if (code != MPI_SUCCESS)
        return code;
    MPI_Aint displacements[2] = {0, (MPI_Aint)(count / INT_MAX * INT_MAX * extent)};
    MPI_Type_contiguous(INT_MAX, datatype, &block);
    MPI_Type_contiguous((int)(count / INT_MAX), block, &parts[0]);
    MPI_Type_contiguous((int)(count % INT_MAX), datatype, &parts[1]);
    code = MPI_Type_create_struct(2, lengths, displacements, parts, large);
    MPI_Type_free(&block);
    MPI_Type_free(&parts[0]);
    MPI_Type_free(&parts[1]);
    return code == MPI_SUCCESS ? MPI_Type_commit(large) : code;
}

/* `request` NULL: wait for it. */
static int broadcast(const fan_call *call, MPI_Count count, MPI_Datatype datatype,
                     MPI_Request *request)
{
    if (request == NULL)
        return PMPI_Bcast(call->buffer, (int)count, datatype, call->root, call->comm);
    return PMPI_Ibcast(call->buffer, (int)count, datatype, call->root, call->comm, request);
}

static int broadcast_large(const fan_call *call, MPI_Request *request)
{
    MPI_Datatype large;
    int code = make_large_type(call->count, call->datatype, &large);
    if (code != MPI_SUCCESS)
        return code;
    code = broadcast(call, 1, large, request);
    MPI_Type_free(&large);
    return code;
}

static int pass_through(const fan_call *call, MPI_Request *request)
{
    if (call->count > INT_MAX)
        return broadcast_large(call, request);
    return broadcast(call, call->count < 0 ? -1 : call->count, call->datatype, request);
}
#else
static int pass_through(const fan_call *call, MPI_Request *request)
{
    if (request == NULL)
        return PMPI_Bcast_c(call->buffer, call->count, call->datatype, call->root, call->comm);
    return PMPI_Ibcast_c(call->buffer, call->count, call->datatype, call->root, call->comm,
                         request);
}
#endif

fan_way fan_pass_through_way(const fan_call *call)
{
    MPI_Count most = fan_ulfm_is_on() ? INT_MAX : FAN_TRIAL_USUAL_TREE;
    bool is_for_tree = call->state->connection == FAN_CONNECTED && call->bytes <= most;
    return is_for_tree ? FAN_WAY_TREE : FAN_WAY_MPI;
}

/* MPI has raised its own codes. */
static int complete(const fan_call *call, int code, MPI_Request *request)
{
    code = fan_comm_completed(code, request);
    return code == FAN_GAVE_UP ? fan_error_raise_code(call->comm, code) : code;
}

/* Returns a code that has been raised. */
static int broadcast_by_tree(const fan_call *call)
{
    const fan_comm_state *state = call->state;
    if (fan_ulfm_is_broken(state->comm))
        return fan_error_raise(call->comm, FAN_ERR_DIED);
    int code = fan_comm_binomial(call->buffer, (int)call->count, call->datatype, call->root,
                                 state->comm, state->first_tag + FAN_TAG_SMALL);
    if (code != MPI_SUCCESS && fan_ulfm_is_broken(state->comm))
        fan_death_settle(state->comm);
    return fan_error_raise_code(call->comm, code);
}

/*
 * Not MPI_Bcast, unless all have agreed to block: while a rank waits in it, its pending broadcasts
 * stand still, for which those that it waits for may wait. MPI_Ibcast takes up to twice as long for
 * some bytes, messages less.
 */
static int broadcast_bytes(const fan_call *call, fan_way way)
{
    const fan_comm_state *state = call->state;
    MPI_Request request;
    if (way == FAN_WAY_TREE)
        return broadcast_by_tree(call);
    if (state->blocks)
        return pass_through(call, NULL);
    return complete(call, pass_through(call, &request), &request);
}

int fan_pass_through_by(const fan_call *call, fan_way way)
{
    fan_as_bytes data;
    if (call->bytes == 0)
        return MPI_SUCCESS;
    double begun = fan_tell_begin(call->state);
    fan_as_bytes_open(&data, call, false);
    fan_call bytes = fan_as_bytes_call(&data, call, way == FAN_WAY_TREE);
    int code = broadcast_bytes(&bytes, way);
    if (code == MPI_SUCCESS)
        fan_as_bytes_done(&data);
    fan_as_bytes_close(&data);
    if (code == MPI_SUCCESS)
        fan_tell_broadcast(call->state, call->bytes, call->root, fan_way_names[way], begun);
    return code;
}

/* On an intercommunicator alone one waits for others. */
int fan_pass_through(const fan_call *call)
{
    MPI_Request request;
    if (!fan_comm_is_inter(call->comm))
        return pass_through(call, NULL);
    return complete(call, pass_through(call, &request), &request);
}

int fan_pass_through_nonblocking(const fan_call *call, MPI_Request *request)
{
    return pass_through(call, request);
}
