/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/lifetime.h"

#include "lib/deliver/pending.h"
#include "lib/record/recorder.h"

#include <pthread.h>
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

/*
 * Called by MPI when the user's communicator is freed: collective, unless in MPI_Finalize, where
 * ranks may come to their communicators in different order.
 */
static int delete_state(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)extra;
    fan_comm_state *state = attribute;
    fan_pending_finish(state);
    unlink_state(state);
    fan_comm_state_free(state, !finalizing);
    return MPI_SUCCESS;
}

/* Of the states that are being recorded the one whose turn it is, NULL if none is left. */
static fan_comm_state *next_recorded(void)
{
    fan_comm_state *state, *next = NULL;
    pthread_mutex_lock(&list_lock);
    LIST_FOREACH (state, &all_states, link)
        if (state->recorder != NULL &&
            (next == NULL || fan_recorder_precedes(state->recorder, next->recorder)))
            next = state;
    pthread_mutex_unlock(&list_lock);
    return next;
}

/* In the same order on all processes, for writing is collective. */
static void end_all_recordings(void)
{
    for (fan_comm_state *state; (state = next_recorded()) != NULL;)
        fan_comm_state_end_recording(state);
}

/*
 * Called by MPI at the beginning of MPI_Finalize, which deletes the attributes of MPI_COMM_SELF
 * first. States are left to MPI, which may or may not delete the attributes of other communicators:
 * not all of them are still there. (If the user's own delete function broadcast on a communicator
 * that was being freed, its state was made too late to be deleted.)
 */
static int begin_finalize(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)attribute, (void)extra;
    finalizing = true;
    fan_pending_end();
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
        code =
            MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, begin_finalize, &finalize_keyval, NULL);
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

static fan_status attach(MPI_Comm comm, fan_comm_state *state)
{
    link_state(state);
    int code = MPI_Comm_set_attr(comm, state_keyval, state);
    if (code == MPI_SUCCESS)
        return FAN_OK;
    unlink_state(state);
    return fan_fail_mpi(code, "MPI_Comm_set_attr failed");
}

fan_status fan_lifetime_state(MPI_Comm comm, fan_comm_state **state)
{
    int code = make_keyvals();
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "MPI_Comm_create_keyval failed");
    int found;
    MPI_Comm_get_attr(comm, state_keyval, state, &found);
    if (found)
        return FAN_OK;
    fan_comm_state *made;
    fan_status status = fan_comm_state_make(comm, &made);
    if (status != FAN_OK)
        return status;
    status = attach(comm, made);
    if (status == FAN_OK)
        *state = made;
    else
        fan_comm_state_free(made, false);
    return status;
}
