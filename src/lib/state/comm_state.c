/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/comm_state.h"

#include "base/log.h"
#include "comm/agree.h"
#include "comm/private.h"
#include "lib/record/recorder.h"
#include "lib/state/agreement.h"
#include "lib/where/hosts.h"

#include <stdio.h>
#include <stdlib.h>

void fan_planned_forget(fan_planned *planned)
{
    fan_schedule_free(&planned->schedule);
    free(planned->order);
    planned->order = NULL;
    planned->made = false;
}

void fan_comm_state_end_recording(fan_comm_state *state)
{
    if (state->recorder == NULL)
        return;
    fan_recorder_end(state->recorder);
    state->recorder = NULL;
    state->trace = NULL;
}

void fan_comm_state_free(fan_comm_state *state, bool collective)
{
    if (collective)
        fan_comm_state_end_recording(state);
    if (state->nonblocking_node != NULL)
        fan_node_leave(state->nonblocking_node);
    fan_planned_forget(&state->planned);
    free(state->order);
    free(state->hosts);
    fan_node_map_free(&state->map);
    if (state->comm != MPI_COMM_NULL && collective)
        MPI_Comm_free(&state->comm);
    free(state);
}

fan_status fan_comm_state_make(MPI_Comm comm, fan_comm_state **state)
{
    fan_comm_state *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the state of a communicator");
    made->user_comm = comm;
    made->comm = MPI_COMM_NULL;
    MPI_Comm_rank(comm, &made->rank);
    MPI_Comm_size(comm, &made->size);
    fan_status status = fan_comm_state_set(made, MPI_INFO_NULL);
    if (status != FAN_OK) {
        free(made);
        return status;
    }
    *state = made;
    return FAN_OK;
}

fan_status fan_comm_state_overlay(fan_comm_state *state, MPI_Info hints, fan_params *params)
{
    *params = state->params;
    return fan_agree_on_hints(state->user_comm, hints, params);
}

fan_status fan_comm_state_set(fan_comm_state *state, MPI_Info hints)
{
    fan_params params;
    fan_status status = fan_agree_on_params(state->user_comm, hints, &params, &state->traced);
    if (status != FAN_OK)
        return status;
    state->params = params;
    fan_planned_forget(&state->planned);
    return FAN_OK;
}

static fan_status find_nodes(fan_comm_state *state)
{
    fan_hosts hosts;
    fan_status status = fan_hosts_collect(state->comm, &hosts);
    if (status == FAN_OK)
        status = fan_node_map_make(&hosts, &state->params, &state->map);
    if (status == FAN_OK)
        status = fan_hosts_order(&hosts, state->map.leader, state->map.nodes, &state->order);
    if (status != FAN_OK)
        fan_node_map_free(&state->map);
    fan_hosts_free(&hosts);
    return status;
}

fan_status fan_comm_state_own_node(fan_comm_state *state, bool fresh, fan_node **node)
{
    fan_node *shared = state->map.node;
    MPI_Comm local;
    *node = NULL;
    int code = MPI_Comm_split(state->comm, state->map.node_of[state->rank], state->rank, &local);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "MPI_Comm_split failed");
    fan_status status = FAN_OK;
    if (shared != NULL && shared->number == 0 && !fresh)
        *node = fan_node_hold(shared);
    else if (shared != NULL)
        status = fan_node_join(local, shared->domain, false, node);
    MPI_Comm_free(&local);
    return status;
}

fan_status fan_comm_state_prepare_nonblocking(fan_comm_state *state, bool *impossible)
{
    if (state->nonblocking == FAN_UNPREPARED) {
        fan_status status = fan_comm_state_own_node(state, false, &state->nonblocking_node);
        if (status == FAN_ERR_TRANSPORT)
            return status;
        bool failed = status != FAN_OK;
        int code = fan_comm_any(state->comm, &failed);
        if (code != MPI_SUCCESS)
            return fan_fail_mpi(code, "MPI_Allreduce failed");
        state->nonblocking = failed ? FAN_NO_MEMORY_FOR_IT : FAN_PREPARED;
        if (failed && state->rank == 0)
            fan_warn("nonblocking broadcasts on a communicator of %d ranks are left to MPI: no "
                     "memory for them on some node",
                     state->size);
    }
    *impossible = state->nonblocking == FAN_NO_MEMORY_FOR_IT;
    return FAN_OK;
}

fan_status fan_comm_state_know_hosts(fan_comm_state *state)
{
    if (state->hosts != NULL)
        return FAN_OK;
    char name[MPI_MAX_PROCESSOR_NAME];
    fan_host_name own = "";
    int length;
    state->hosts = malloc((size_t)state->size * sizeof *state->hosts);
    bool failed = state->hosts == NULL;
    int code = fan_comm_any(state->comm, &failed);
    if (code == MPI_SUCCESS && !failed) {
        MPI_Get_processor_name(name, &length);
        snprintf(own, sizeof own, "%.*s", (int)sizeof own - 1, name);
        code = MPI_Allgather(own, sizeof own, MPI_CHAR, state->hosts, sizeof own, MPI_CHAR,
                             state->comm);
    }
    if (code == MPI_SUCCESS && !failed)
        return FAN_OK;
    free(state->hosts);
    state->hosts = NULL;
    return failed ? fan_fail(FAN_ERR_MEMORY, "no memory for the names of hosts")
                  : fan_fail_mpi(code, "MPI_Allgather failed");
}

/* Collective. Without enough memory nothing is recorded. */
static void begin_recording(fan_comm_state *state)
{
    state->recorder = fan_recorder_make(state->comm, &state->map, state->params.trace_bytes);
    if (state->recorder != NULL)
        state->trace = fan_recorder_trace(state->recorder);
}

fan_status fan_comm_state_connect(fan_comm_state *state)
{
    if (state->comm != MPI_COMM_NULL)
        return FAN_OK;
    fan_status status = fan_comm_private(state->user_comm, &state->comm);
    if (status != FAN_OK)
        return status;
    status = find_nodes(state);
    if (status != FAN_OK)
        MPI_Comm_free(&state->comm);
    else if (state->traced)
        begin_recording(state);
    return status;
}
