/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/lifetime.h"

#include "base/log.h"
#include "comm/key.h"
#include "comm/ulfm/ulfm.h"
#include "comm/wait.h"
#include "lib/adapt/findings.h"
#include "lib/adapt/memory.h"
#include "lib/adapt/words.h"
#include "lib/deliver/pending.h"
#include "lib/record/recorder.h"
#include "lib/state/blocking.h"
#include "lib/state/callback.h"
#include "lib/state/connection.h"
#include "lib/state/death.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
/* Keeps states that MPI never deletes from looking like leaks. */
static LIST_HEAD(, fan_comm_state) all_states = LIST_HEAD_INITIALIZER(all_states);

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

void fan_lifetime_leave(fan_comm_state *state)
{
    if (atomic_fetch_sub(&state->references, 1) > 1)
        return;
    fan_connection_end(state, !finalizing);
    fan_comm_state_free(state);
}

/* The trace says of its largest broadcast how the library came to do it so. */
static void end_recording(fan_comm_state *state)
{
    const char *plan = state->recorder == NULL ? NULL : fan_recorder_words(state->recorder);
    if (plan != NULL)
        fan_recorder_explain(state->recorder, INT64_MAX, fan_words_of_plan(state, plan));
    fan_comm_state_end_recording(state);
}

static void end_state(void *argument)
{
    fan_comm_state *state = argument;
    fan_pending_finish(state, NULL);
    unlink_state(state);
    if (!finalizing) {
        fan_findings_add(state);
        end_recording(state);
        fan_comm_state_leave_survivors(state);
    }
    state->user_comm = MPI_COMM_NULL;
    fan_blocking_set(&state->blocks, false);
    fan_lifetime_leave(state);
}

/*
 * Called by MPI when the user's communicator is freed: collective, unless in MPI_Finalize, where
 * ranks may come to their communicators in different order. MPICH does so only when the last
 * nonblocking call on the communicator ends, and that may be inside of a step of ours.
 */
static int delete_state(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)extra;
    fan_comm_state *state = attribute;
    if (fan_callback_refuse("MPI_Comm_free of a communicator with broadcasts") != FAN_OK) {
        fan_warn("%s", fan_fail_text());
        return MPI_ERR_OTHER;
    }
    fan_pending_after_step(end_state, state);
    return MPI_SUCCESS;
}

/* The next state whose recording is to be ended, NULL if no state is being recorded. */
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

/* In the same order on all processes, because writing is collective. */
static void end_all_recordings(void)
{
    for (fan_comm_state *state; (state = next_recorded()) != NULL;)
        end_recording(state);
}

static void summarise_all(void)
{
    fan_comm_state *state;
    pthread_mutex_lock(&list_lock);
    LIST_FOREACH (state, &all_states, link)
        fan_findings_add(state);
    pthread_mutex_unlock(&list_lock);
    fan_findings_print();
}

static void end_all_mail(void)
{
    fan_comm_state *state;
    pthread_mutex_lock(&list_lock);
    LIST_FOREACH (state, &all_states, link)
        fan_connection_end_mail(state);
    pthread_mutex_unlock(&list_lock);
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
    fan_comm_begin_finalize();
    fan_pending_end();
    end_all_mail();
    end_all_recordings();
    summarise_all();
    fan_adapt_write_down();
    return MPI_SUCCESS;
}

/* A duplicate of a communicator agrees on its own state. */
static fan_comm_key state_key = FAN_COMM_KEY(delete_state, begin_finalize);

static fan_status attach(MPI_Comm comm, fan_comm_state *state)
{
    link_state(state);
    int code = MPI_Comm_set_attr(comm, state_key.value, state);
    if (code == MPI_SUCCESS)
        return FAN_OK;
    unlink_state(state);
    return fan_fail_mpi(code, "MPI_Comm_set_attr failed");
}

fan_comm_state *fan_lifetime_look(MPI_Comm comm)
{
    int found = 0;
    fan_comm_state *state = NULL;
    if (fan_comm_key_is_made(&state_key))
        MPI_Comm_get_attr(comm, state_key.value, &state, &found);
    return found ? state : NULL;
}

fan_status fan_lifetime_find(MPI_Comm comm, fan_comm_state **state)
{
    fan_status status = fan_callback_refuse("a function of fanout.h");
    if (status == FAN_OK)
        status = fan_comm_key_make(&state_key);
    if (status != FAN_OK)
        return status;
    *state = fan_lifetime_look(comm);
    if (*state != NULL) {
        fan_comm_bound_set(fan_comm_state_bound(*state, (*state)->params.timeout));
        return FAN_OK;
    }
    fan_comm_state *made;
    status = fan_comm_state_make(comm, &made);
    if (status != FAN_OK)
        return status;
    status = attach(comm, made);
    if (status == FAN_OK)
        *state = made;
    else
        fan_comm_state_free(made);
    return status;
}

fan_status fan_lifetime_state(MPI_Comm comm, fan_comm_state **state)
{
    fan_status status = fan_lifetime_find(comm, state);
    return status == FAN_OK ? fan_death_look(comm) : status;
}

static bool can_go_on(const fan_comm_state *state)
{
    return state->connection == FAN_CONNECTED && !fan_ulfm_is_revoked(state->comm);
}

fan_status fan_lifetime_state_of_survivors(MPI_Comm comm, fan_comm_state **state)
{
    fan_status status = fan_lifetime_find(comm, state);
    return status != FAN_OK || can_go_on(*state) ? status : fan_death_look(comm);
}
