/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/check.h"
#include "lib/adapt/network.h"
#include "lib/call/arguments.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/delivery.h"
#include "lib/deliver/pending.h"
#include "lib/state/callback.h"
#include "lib/state/connection.h"
#include "lib/state/errors.h"

#include <stdlib.h>

typedef struct callbacks {
    fanout_source_fn *source; /* of a stream of known length */
    fanout_reader_fn *reader; /* of one to its end */
    fanout_sink_fn *sink;
    void *state;
} callbacks;

enum { FAILED = -1 };

static int64_t fill_from_source(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const callbacks *c = state;
    fan_callback_begin();
    bool good = c->source != NULL && c->source(c->state, offset, piece, (size_t)bytes) == 0;
    fan_callback_end();
    return good ? bytes : FAILED;
}

static int64_t fill_from_reader(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const callbacks *c = state;
    fan_callback_begin();
    MPI_Count read = c->reader == NULL ? FAILED : c->reader(c->state, offset, piece, (size_t)bytes);
    fan_callback_end();
    return read <= bytes ? read : FAILED;
}

static int drain(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    const callbacks *c = state;
    fan_callback_begin();
    int code = c->sink(c->state, offset, piece, (size_t)bytes);
    fan_callback_end();
    return code;
}

static int wrong_argument(MPI_Count bytes, int root, MPI_Comm comm)
{
    int size;
    int code = fan_comm_check(comm, &size);
    if (code != MPI_SUCCESS)
        return code;
    if (root < 0 || root >= size)
        return MPI_ERR_ROOT;
    return bytes < 0 ? MPI_ERR_COUNT : MPI_SUCCESS;
}

/* `length` receives the length of a stream of FAN_UNKNOWN_LENGTH. */
static fan_status deliver(MPI_Count bytes, callbacks *c, int root, MPI_Comm comm, MPI_Info info,
                          int64_t *length)
{
    fan_comm_state *state;
    fan_params params;
    fan_status status = fan_lifetime_state(comm, &state);
    if (status == FAN_OK)
        status = fan_connection_demand(state);
    if (status == FAN_OK)
        status = fan_adapt_to_network(state, bytes == FAN_UNKNOWN_LENGTH ? 0 : bytes);
    if (status == FAN_OK)
        status = fan_comm_state_overlay(state, info, &params);
    if (status == FAN_OK && params.check)
        status = fan_arguments_compare(state, bytes, root);
    if (status == FAN_OK && params.timeout > 0)
        status = fan_comm_state_know_hosts(state);
    if (status != FAN_OK || bytes == 0)
        return status;
    fan_planned planned = {0};
    fan_delivery_task task = {
        .state = state,
        .lane = &state->lane,
        .node = state->map.node,
        .params = &params,
        .planned = &planned,
        .bytes = bytes,
        .length = length,
        .root = root,
        .bounded = true,
        .store = {.fill = bytes == FAN_UNKNOWN_LENGTH ? fill_from_reader : fill_from_source,
                  .drain = c->sink == NULL ? NULL : drain,
                  .state = c}};
    status = fan_delivery_take_cells(&task);
    if (status == FAN_OK)
        status = fan_pending_deliver(&task);
    free(task.cells);
    fan_planned_forget(&planned);
    return status;
}

static int stream(MPI_Count bytes, callbacks *c, int root, MPI_Comm comm, MPI_Info info,
                  int64_t *length)
{
    int code = fan_error_raise_code(comm, wrong_argument(bytes, root, comm));
    if (code != MPI_SUCCESS)
        return code;
    return fan_error_raise(comm, deliver(bytes, c, root, comm, info, length));
}

int fanout_stream(MPI_Count bytes, fanout_source_fn *source, fanout_sink_fn *sink, void *state,
                  int root, MPI_Comm comm, MPI_Info info)
{
    callbacks c = {.source = source, .sink = sink, .state = state};
    MPI_Count possible = bytes < FAN_UNKNOWN_LENGTH ? bytes : -1;
    return stream(possible, &c, root, comm, info, NULL);
}

int fanout_stream_to_end(fanout_reader_fn *reader, fanout_sink_fn *sink, void *state, int root,
                         MPI_Comm comm, MPI_Info info, MPI_Count *bytes)
{
    callbacks c = {.reader = reader, .sink = sink, .state = state};
    int64_t length = 0;
    int code = stream(FAN_UNKNOWN_LENGTH, &c, root, comm, info, &length);
    *bytes = length;
    return code;
}
