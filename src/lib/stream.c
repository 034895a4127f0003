/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/arguments.h"
#include "lib/delivery.h"
#include "lib/errors.h"
#include "lib/progress.h"

typedef struct callbacks {
    fanout_source_fn *source;
    fanout_sink_fn *sink;
    void *state;
} callbacks;

static int fill(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const callbacks *c = state;
    return c->source == NULL ? -1 : c->source(c->state, offset, piece, (size_t)bytes);
}

static int drain(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    const callbacks *c = state;
    return c->sink(c->state, offset, piece, (size_t)bytes);
}

static int wrong_argument(MPI_Count bytes, int root, MPI_Comm comm)
{
    int inter, size;
    int code = MPI_Comm_test_inter(comm, &inter);
    if (code != MPI_SUCCESS)
        return code;
    if (inter)
        return MPI_ERR_COMM;
    MPI_Comm_size(comm, &size);
    if (root < 0 || root >= size)
        return MPI_ERR_ROOT;
    return bytes < 0 ? MPI_ERR_COUNT : MPI_SUCCESS;
}

static fan_status stream(MPI_Count bytes, callbacks *c, int root, MPI_Comm comm, MPI_Info info, int *mpi_code)
{
    fan_comm_state *state;
    fan_params params;
    fan_status status = fan_comm_state_get(comm, &state, mpi_code);
    if (status == FAN_OK)
        status = fan_comm_state_overlay(state, info, &params, mpi_code);
    if (status == FAN_OK)
        status = fan_comm_state_connect(state, mpi_code);
    if (status == FAN_OK && params.check)
        status = fan_arguments_compare(state, bytes, root, mpi_code);
    if (status != FAN_OK || bytes == 0)
        return status;
    fan_task task = {.state = state,
                     .node = state->map.node,
                     .params = &params,
                     .bytes = bytes,
                     .root = root,
                     .bounded = true,
                     .store = {.fill = fill, .drain = c->sink == NULL ? NULL : drain, .state = c}};
    return fan_progress_deliver(&task, mpi_code);
}

int fanout_stream(MPI_Count bytes, fanout_source_fn *source, fanout_sink_fn *sink, void *state, int root,
                  MPI_Comm comm, MPI_Info info)
{
    if (comm == MPI_COMM_NULL)
        return fan_raise(MPI_COMM_WORLD, FAN_OK, MPI_ERR_COMM);
    int code = wrong_argument(bytes, root, comm);
    if (code != MPI_SUCCESS)
        return fan_raise(comm, FAN_OK, code);
    callbacks c = {source, sink, state};
    fan_status status = stream(bytes, &c, root, comm, info, &code);
    return fan_raise(comm, status, fan_error_code(status, code));
}
