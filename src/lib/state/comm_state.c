/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/state/comm_state.h"

#include "base/log.h"
#include "lib/state/agreement.h"
#include "lib/where/hosts.h"
#include "lib/deliver/pending.h"
#include "lib/record/recorder.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
/* Keeps those that nobody deletes from looking like leaks. */
static LIST_HEAD(, fan_comm_state) all_states = LIST_HEAD_INITIALIZER(all_states);

static pthread_mutex_t keyval_lock = PTHREAD_MUTEX_INITIALIZER;
static int state_keyval = MPI_KEYVAL_INVALID;
static int finalize_keyval = MPI_KEYVAL_INVALID;
static bool finalizing;

static void link_state(fan_comm_state *state)
{
    pthread_mutex_lock(&list_lock);
    LIST_INSERT_HEAD(&all_states, state, link);
    pthread_mutex_unlock(&list_lock);
}

static void unlink_state(fan_comm_state *state)
{
    pthread_mutex_lock(&list_lock);
    LIST_REMOVE(state, link);
    pthread_mutex_unlock(&list_lock);
}

void fan_planned_forget(fan_planned *planned)
{
    fan_schedule_free(&planned->schedule);
    free(planned->order);
    planned->order = NULL;
    planned->made = false;
}

/* Collective. */
static void end_recording(fan_comm_state *state)
{
    if (state->recorder == NULL)
        return;
    fan_recorder_end(state->recorder);
    state->recorder = NULL;
    state->trace = NULL;
}

/* Called by MPI when the user's communicator is freed. */
static int delete_state(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)extra;
    fan_comm_state *state = attribute;
    fan_progress_finish(state);
    unlink_state(state);
    if (!finalizing)
        end_recording(state);
    if (state->nonblocking_node != NULL)
        fan_node_leave(state->nonblocking_node);
    fan_planned_forget(&state->planned);
    free(state->order);
    free(state->hosts);
    fan_node_map_free(&state->map);
    /* Freeing a communicator is collective, and at finalize ranks may come to theirs in different order. */
    if (state->comm != MPI_COMM_NULL && !finalizing)
        MPI_Comm_free(&state->comm);
    free(state);
    return MPI_SUCCESS;
}

/* Of the states that are being recorded the one whose turn it is, NULL if none is left. */
static fan_comm_state *next_recorded(void)
{
    fan_comm_state *state, *next = NULL;
    pthread_mutex_lock(&list_lock);
    LIST_FOREACH(state, &all_states, link)
        if (state->recorder != NULL && (next == NULL || fan_recorder_precedes(state->recorder, next->recorder)))
            next = state;
    pthread_mutex_unlock(&list_lock);
    return next;
}

/* In the same order on all processes, for writing is collective. */
static void end_all_recordings(void)
{
    for (fan_comm_state *state; (state = next_recorded()) != NULL;)
        end_recording(state);
}

/*
 * Called by MPI at the beginning of MPI_Finalize, which deletes the attributes of MPI_COMM_SELF first. States are left to
 * MPI, which may or may not delete the attributes of other communicators: not all of them are still there. (If the user's
 * own delete function broadcast on a communicator that was being freed, its state was made too late to be deleted.)
 */
static int begin_finalize(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)attribute, (void)extra;
    finalizing = true;
    fan_progress_end();
    end_all_recordings();
    return MPI_SUCCESS;
}

/* MPI_Comm_dup copies no state: a communicator agrees on its own. */
static int make_keyvals(void)
{
    pthread_mutex_lock(&keyval_lock);
    int code = MPI_SUCCESS;
    if (state_keyval == MPI_KEYVAL_INVALID) {
        int keyval;
        code = MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, begin_finalize, &finalize_keyval, NULL);
        if (code == MPI_SUCCESS)
            code = MPI_Comm_set_attr(MPI_COMM_SELF, finalize_keyval, NULL);
        if (code == MPI_SUCCESS)
            code = MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, delete_state, &keyval, NULL);
        if (code == MPI_SUCCESS)
            state_keyval = keyval;
    }
    pthread_mutex_unlock(&keyval_lock);
    return code;
}

static fan_status mpi_failure(int code, const char *what, int *mpi_code)
{
    *mpi_code = code;
    return fan_fail(FAN_ERR_TRANSPORT, "%s failed", what);
}

static fan_status attach(MPI_Comm comm, fan_comm_state *state, int *mpi_code)
{
    fan_status status = fan_comm_state_set(state, MPI_INFO_NULL, mpi_code);
    if (status != FAN_OK)
        return status;
    link_state(state);
    int code = MPI_Comm_set_attr(comm, state_keyval, state);
    if (code == MPI_SUCCESS)
        return FAN_OK;
    unlink_state(state);
    return mpi_failure(code, "MPI_Comm_set_attr", mpi_code);
}

fan_status fan_comm_state_get(MPI_Comm comm, fan_comm_state **state, int *mpi_code)
{
    int code = make_keyvals();
    if (code != MPI_SUCCESS)
        return mpi_failure(code, "MPI_Comm_create_keyval", mpi_code);
    int found;
    MPI_Comm_get_attr(comm, state_keyval, state, &found);
    if (found)
        return FAN_OK;
    fan_comm_state *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the state of a communicator");
    made->user_comm = comm;
    made->comm = MPI_COMM_NULL;
    MPI_Comm_rank(comm, &made->rank);
    MPI_Comm_size(comm, &made->size);
    fan_status status = attach(comm, made, mpi_code);
    if (status != FAN_OK) {
        free(made);
        return status;
    }
    *state = made;
    return FAN_OK;
}

fan_status fan_comm_state_overlay(fan_comm_state *state, MPI_Info hints, fan_params *params, int *mpi_code)
{
    *params = state->params;
    return fan_agree_on_hints(state->user_comm, hints, params, mpi_code);
}

fan_status fan_comm_state_set(fan_comm_state *state, MPI_Info hints, int *mpi_code)
{
    fan_params params;
    fan_status status = fan_agree_on_params(state->user_comm, hints, &params, &state->traced, mpi_code);
    if (status != FAN_OK)
        return status;
    state->params = params;
    fan_planned_forget(&state->planned);
    return FAN_OK;
}

static fan_status find_nodes(fan_comm_state *state, int *mpi_code)
{
    fan_hosts hosts;
    fan_status status = fan_hosts_collect(state->comm, &hosts, mpi_code);
    if (status == FAN_OK)
        status = fan_node_map_make(&hosts, &state->params, &state->map, mpi_code);
    if (status == FAN_OK)
        status = fan_hosts_order(&hosts, state->map.leader, state->map.nodes, &state->order, mpi_code);
    if (status != FAN_OK)
        fan_node_map_free(&state->map);
    fan_hosts_free(&hosts);
    return status;
}

/* NULL if this rank is alone on its node. */
static fan_status find_own_node(fan_comm_state *state, fan_node **node, int *mpi_code)
{
    fan_node *shared = state->map.node;
    MPI_Comm local;
    *node = NULL;
    int code = MPI_Comm_split(state->comm, state->map.node_of[state->rank], state->rank, &local);
    if (code != MPI_SUCCESS)
        return mpi_failure(code, "MPI_Comm_split", mpi_code);
    fan_status status = FAN_OK;
    if (shared != NULL && shared->number == 0)
        *node = fan_node_hold(shared);
    else if (shared != NULL)
        status = fan_node_join(local, shared->domain, false, node, mpi_code);
    MPI_Comm_free(&local);
    return status;
}

fan_status fan_comm_state_prepare_nonblocking(fan_comm_state *state, bool *impossible, int *mpi_code)
{
    if (state->nonblocking == FAN_UNPREPARED) {
        fan_status status = find_own_node(state, &state->nonblocking_node, mpi_code);
        if (status == FAN_ERR_TRANSPORT)
            return status;
        int failed = status != FAN_OK;
        int code = MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, state->comm);
        if (code != MPI_SUCCESS)
            return mpi_failure(code, "MPI_Allreduce", mpi_code);
        state->nonblocking = failed ? FAN_NO_MEMORY_FOR_IT : FAN_PREPARED;
        if (failed && state->rank == 0)
            fan_warn("nonblocking broadcasts on a communicator of %d ranks are left to MPI: no memory for them on some node",
                     state->size);
    }
    *impossible = state->nonblocking == FAN_NO_MEMORY_FOR_IT;
    return FAN_OK;
}

fan_status fan_comm_state_know_hosts(fan_comm_state *state, int *mpi_code)
{
    if (state->hosts != NULL)
        return FAN_OK;
    char name[MPI_MAX_PROCESSOR_NAME];
    fan_host_name own = "";
    int length, failed;
    state->hosts = malloc((size_t)state->size * sizeof *state->hosts);
    failed = state->hosts == NULL;
    int code = MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, state->comm);
    if (code == MPI_SUCCESS && !failed) {
        MPI_Get_processor_name(name, &length);
        snprintf(own, sizeof own, "%.*s", (int)sizeof own - 1, name);
        code = MPI_Allgather(own, sizeof own, MPI_CHAR, state->hosts, sizeof own, MPI_CHAR, state->comm);
    }
    if (code == MPI_SUCCESS && !failed)
        return FAN_OK;
    free(state->hosts);
    state->hosts = NULL;
    return failed ? fan_fail(FAN_ERR_MEMORY, "no memory for the names of hosts") : mpi_failure(code, "MPI_Allgather", mpi_code);
}

/* Collective. Without memory there is no trace. */
static void begin_recording(fan_comm_state *state)
{
    state->recorder = fan_recorder_make(state->comm, &state->map, state->params.trace_bytes);
    if (state->recorder != NULL)
        state->trace = fan_recorder_trace(state->recorder);
}

/*
 * Not MPI_Comm_dup: that would copy the user's attributes, and so call the user's functions.
 */
fan_status fan_comm_state_connect(fan_comm_state *state, int *mpi_code)
{
    if (state->comm != MPI_COMM_NULL)
        return FAN_OK;
    MPI_Group group;
    int code = MPI_Comm_group(state->user_comm, &group);
    if (code != MPI_SUCCESS)
        return mpi_failure(code, "MPI_Comm_group", mpi_code);
    code = MPI_Comm_create(state->user_comm, group, &state->comm);
    MPI_Group_free(&group);
    if (code != MPI_SUCCESS)
        return mpi_failure(code, "MPI_Comm_create", mpi_code);
    MPI_Comm_set_errhandler(state->comm, MPI_ERRORS_RETURN);
    fan_status status = find_nodes(state, mpi_code);
    if (status != FAN_OK)
        MPI_Comm_free(&state->comm);
    else if (state->traced)
        begin_recording(state);
    return status;
}
