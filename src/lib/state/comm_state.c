/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/comm_state.h"

#include "base/spare/spare.h"
#include "comm/agree.h"
#include "comm/private.h"
#include "comm/ulfm/ulfm.h"
#include "lib/record/recorder.h"
#include "lib/state/agreement.h"
#include "lib/state/blocking.h"
#include "lib/state/death.h"
#include "lib/state/errors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

void fan_planned_forget(fan_planned *planned)
{
    fan_schedule_free(&planned->schedule);
    fan_spare_free(planned->order);
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

static void forget_nonblocking(fan_comm_state *state)
{
    if (state->nonblocking_node != NULL)
        fan_node_leave(state->nonblocking_node);
    state->nonblocking_node = NULL;
    state->nonblocking = FAN_UNPREPARED;
}

void fan_comm_state_free(fan_comm_state *state)
{
    forget_nonblocking(state);
    fan_planned_forget(&state->planned);
    fan_blocking_set(&state->blocks, false);
    free(state->hosts);
    fan_comm_bound_set((fan_comm_bound){0});
    fan_pulse_end(state->pulse);
    fan_spare_free(state);
}

fan_status fan_comm_state_overlay(fan_comm_state *state, MPI_Info hints, fan_params *params)
{
    *params = state->params;
    return fan_agree_on_hints(state->user_comm, hints, params);
}

/* 0 leaves most to the planner. */
bool fan_comm_state_is_told_how(const fan_params *p)
{
    return p->algorithm != FAN_AUTO || p->group_size > 0 || p->branching > 0 ||
           p->secondary_groups > 0 || p->chunk_bytes > 0 || p->window > 0 || p->sends > 0 ||
           p->child_sends > 0 || !p->overlap || fan_params_given(p, FAN_PARAM_INDEX_min_bytes);
}

/*
 * Where ranks go on without the dead, some may have failed and others not. What becomes of it is
 * decided by all that live: each has the parameters or none has.
 */
static fan_status confirm(const fan_comm_state *state, MPI_Comm comm, double timeout,
                          fan_status status)
{
    enum { HAS = 1, KNOWS_NO_DEATH = 2 };
    fan_failure own;
    if (!fan_ulfm_is_on())
        return status;
    fan_fail_keep(&own, status);
    int all =
        (status == FAN_OK ? HAS : 0) | (fan_error_is_death(comm, status) ? 0 : KNOWS_NO_DEATH);
    fan_status agreed = fan_agree_among_living(comm, fan_comm_state_bound(state, timeout), &all);
    if (agreed != FAN_OK || (all & HAS) != 0)
        return agreed;
    if ((all & KNOWS_NO_DEATH) != 0)
        return fan_fail_again(&own);
    return fan_fail(FAN_ERR_DIED, "a rank has died");
}

/* What was found out held for the old ones. */
static void take_params(fan_comm_state *state, const fan_params *params, fan_agreed agreed)
{
    state->params = *params;
    state->traced = agreed.traced;
    state->is_one_node = agreed.is_one_node && params->shared_memory != 0;
    state->learned = (fan_learned){0};
    state->slowness = NULL;
    if (state->connection == FAN_CONNECTED)
        state->order = state->placement->order;
    state->trials = (fan_trials){0};
    fan_blocking_set(&state->blocks, false);
    if (state->nonblocking != FAN_PREPARED)
        forget_nonblocking(state);
    state->adapts = params->adapt && !agreed.traced && !fan_comm_state_is_told_how(params);
    fan_planned_forget(&state->planned);
}

/*
 * Agreed on by the ranks of `comm`: the user's, or those of them that live. Who does not know that
 * they go on (`goes_on`) leaves with an error after a death, and waits for nobody.
 */
static fan_status set_by(fan_comm_state *state, MPI_Comm comm, MPI_Info hints, bool goes_on)
{
    fan_params params;
    fan_agreed agreed;
    fan_status status = fan_agree_on_params(comm, hints, &params, &agreed);
    double timeout = status == FAN_OK ? params.timeout : fan_agree_own_timeout();
    fan_comm_bound_set(fan_comm_state_bound(state, timeout));
    if (status == FAN_OK && comm == state->user_comm)
        status = fan_comm_state_watch(state, timeout);
    fan_comm_bound_set(fan_comm_state_bound(state, timeout));
    if (goes_on || (status == FAN_OK && params.on_failure == FAN_ON_FAILURE_CONTINUE))
        status = confirm(state, comm, timeout, status);
    if (status == FAN_OK)
        take_params(state, &params, agreed);
    return status;
}

/* Others that know of a death may have left already, and not come. */
static fan_status set(fan_comm_state *state, MPI_Info hints, bool goes_on)
{
    fan_status status = goes_on ? FAN_OK : fan_death_look(state->user_comm);
    return status == FAN_OK ? set_by(state, state->user_comm, hints, goes_on) : status;
}

fan_status fan_comm_state_set(fan_comm_state *state, MPI_Info hints)
{
    bool goes_on = fan_comm_state_survives(state) || fan_agree_goes_on(state->user_comm, hints);
    MPI_Errhandler users = fan_error_tell_nobody(state->user_comm);
    fan_status status = set(state, hints, goes_on);
    fan_error_tell_again(state->user_comm, users);
    return status;
}

/* ---- those that live ---- */

bool fan_comm_state_survives(const fan_comm_state *state)
{
    return fan_ulfm_is_on() && state->params.on_failure == FAN_ON_FAILURE_CONTINUE;
}

/* Revoked, it can be freed by each rank alone. */
void fan_comm_state_leave_survivors(fan_comm_state *state)
{
    if (state->survivors == MPI_COMM_NULL)
        return;
    fan_ulfm_revoke(state->survivors);
    PMPI_Comm_free(&state->survivors);
}

/* All that live have come here, and no other thread of them makes a communicator, either. */
static fan_status take_turns(const fan_comm_state *state)
{
    while (true) {
        bool has_turn = fan_comm_take_turn(true);
        int all = has_turn;
        fan_status status = fan_agree_among_living(
            state->user_comm, fan_comm_state_bound(state, state->params.timeout), &all);
        if (status == FAN_OK && all)
            return FAN_OK;
        if (has_turn)
            fan_comm_end_turn();
        if (status != FAN_OK)
            return status;
        fan_comm_miss_turn();
    }
}

static fan_status shrink(fan_comm_state *state)
{
    if (!fan_comm_begin_blocking())
        return FAN_ERR_TIMEOUT;
    state->survivors = fan_ulfm_shrink(state->user_comm);
    fan_comm_end_blocking();
    if (state->survivors == MPI_COMM_NULL)
        return fan_fail(FAN_ERR_TRANSPORT, "MPI cannot make a communicator of those that live");
    PMPI_Comm_set_errhandler(state->survivors, MPI_ERRORS_RETURN);
    return FAN_OK;
}

fan_status fan_comm_state_find_survivors(fan_comm_state *state)
{
    fan_comm_state_leave_survivors(state);
    fan_status status = take_turns(state);
    if (status != FAN_OK)
        return status;
    status = shrink(state);
    fan_comm_end_turn();
    return status;
}

/* The keys of the user's communicator hold, which the new one lacks. */
static fan_status set_by_survivors(fan_comm_state *state)
{
    MPI_Info keys;
    fan_status status = fan_comm_state_find_survivors(state);
    if (status != FAN_OK)
        return status;
    fan_comm_bound_set((fan_comm_bound){
        .limit = fan_agree_own_timeout(), .may_die = true, .comm = state->survivors});
    if (PMPI_Comm_get_info(state->user_comm, &keys) != MPI_SUCCESS)
        return set_by(state, state->survivors, MPI_INFO_NULL, true);
    status = set_by(state, state->survivors, keys, true);
    PMPI_Info_free(&keys);
    return status;
}

fan_status fan_comm_state_make(MPI_Comm comm, fan_comm_state **state)
{
    fan_comm_state *made = fan_spare_calloc(1, sizeof *made);
    if (made == NULL) {
        fan_fail(FAN_ERR_MEMORY, "no memory for the state of a communicator");
        fan_error_abort();
    }
    made->user_comm = comm;
    atomic_init(&made->references, 1);
    made->comm = MPI_COMM_NULL;
    made->survivors = MPI_COMM_NULL;
    MPI_Comm_rank(comm, &made->rank);
    MPI_Comm_size(comm, &made->size);
    made->params.timeout = fan_agree_own_timeout();
    fan_comm_bound_set(
        (fan_comm_bound){.limit = made->params.timeout, .may_die = fan_ulfm_is_on(), .comm = comm});
    bool goes_on = fan_agree_goes_on(comm, MPI_INFO_NULL);
    MPI_Errhandler users = fan_error_tell_nobody(comm);
    fan_status status = set(made, MPI_INFO_NULL, goes_on);
    while (goes_on && status == FAN_ERR_DIED)
        status = set_by_survivors(made);
    fan_error_tell_again(comm, users);
    if (status != FAN_OK) {
        fan_comm_bound_set((fan_comm_bound){0});
        fan_comm_state_leave_survivors(made);
        fan_spare_free(made);
        return status;
    }
    *state = made;
    return FAN_OK;
}

/* ---- rings for what is pending ---- */

static fan_status join_own_node(fan_comm_state *state, bool fresh, fan_node **node)
{
    fan_node *shared = state->map.node;
    if (shared == NULL)
        return FAN_OK;
    if (shared->number == 0 && !fresh) {
        *node = fan_node_hold(shared);
        return FAN_OK;
    }
    fan_comm_party party =
        fan_node_map_party(&state->map, state->comm, state->first_tag + FAN_TAG_NODE);
    return fan_node_join_like(&party, shared, node);
}

static void end_blocking(fan_comm_state *state)
{
    fan_blocking_rule_out();
    if (state->blocks)
        memset(&state->trials, 0, sizeof state->trials); /* of MPI_Bcast, which will not be used */
    fan_blocking_set(&state->blocks, false);
}

/* What hinders all, from the worst on: after a hindrance, what ends the call with an error. */
enum { FAILED = FAN_SOME_LACK + 1, WAITED_IN_VAIN };

static int64_t rate(const fan_comm_state *state, fan_status joined, fan_hindrance hindrance)
{
    switch (joined) {
    case FAN_OK:
        return fan_blocking_elsewhere(state->blocks) ? MAX(hindrance, FAN_SOME_BLOCK) : hindrance;
    case FAN_ERR_TRANSPORT: return FAILED;
    case FAN_ERR_TIMEOUT: return WAITED_IN_VAIN;
    default: return FAN_SOME_LACK;
    }
}

/* A rank that has failed takes part, too: the others wait for it. */
static fan_status agree_on_node(const fan_comm_state *state, fan_status joined,
                                fan_hindrance *hindrance)
{
    fan_failure own;
    fan_fail_keep(&own, joined);
    int64_t own_rate = rate(state, joined, *hindrance), worst = own_rate;
    int code = fan_comm_maximum(state->user_comm, 1, &worst);
    *hindrance = (fan_hindrance)MIN(worst, FAN_SOME_LACK);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on memory for pending broadcasts");
    if (own_rate >= FAILED)
        return fan_fail_again(&own);
    if (worst == WAITED_IN_VAIN)
        return fan_fail(FAN_ERR_TIMEOUT, "another rank, which prepares broadcasts, has waited in "
                                         "vain: some rank does not come");
    return worst < FAILED ? FAN_OK
                          : fan_fail(FAN_ERR_TRANSPORT,
                                     "MPI failed on another rank, which prepares broadcasts");
}

fan_status fan_comm_state_own_node(fan_comm_state *state, bool fresh, fan_hindrance *hindrance,
                                   fan_node **node)
{
    *node = NULL;
    fan_status status = agree_on_node(state, join_own_node(state, fresh, node), hindrance);
    bool usable = status == FAN_OK && *hindrance == FAN_UNHINDERED;
    if (usable)
        end_blocking(state);
    else if (*node != NULL)
        fan_node_leave(*node);
    *node = usable ? *node : NULL;
    return status;
}

fan_status fan_comm_state_prepare_nonblocking(fan_comm_state *state, bool *impossible)
{
    static const int outcome[] = {[FAN_UNHINDERED] = FAN_PREPARED,
                                  [FAN_SOME_BLOCK] = FAN_LEFT_TO_MPI,
                                  [FAN_SOME_LACK] = FAN_LACKING};
    if (state->nonblocking == FAN_UNPREPARED) {
        fan_hindrance hindrance = FAN_UNHINDERED;
        fan_status status =
            fan_comm_state_own_node(state, false, &hindrance, &state->nonblocking_node);
        if (status != FAN_OK)
            return status;
        state->nonblocking = outcome[hindrance];
    }
    *impossible = state->nonblocking != FAN_PREPARED;
    return FAN_OK;
}

/* What a rank tells the others of itself. */
typedef struct told {
    fan_host_name host;
    fan_pulse_place place;
} told;

static told tell_of_this(void)
{
    told own;
    char name[MPI_MAX_PROCESSOR_NAME];
    int length;
    memset(&own, 0, sizeof own);
    MPI_Get_processor_name(name, &length);
    snprintf(own.host, sizeof own.host, "%.*s", (int)sizeof own.host - 1, name);
    own.place = fan_pulse_place_of_this();
    memcpy(own.place.host, own.host, sizeof own.place.host);
    return own;
}

/* So that silence is known before the patience of those who wait for it has ended. */
static const double silence = 0.6; /* of the limit */

/* A rank that cannot watch is watched all the same. */
static void begin_to_watch(fan_comm_state *state, const told *all, double limit)
{
    fan_pulse_place *places = malloc((size_t)state->size * sizeof *places);
    for (int rank = 0; rank < state->size && places != NULL; rank++)
        places[rank] = all[rank].place;
    if (places != NULL)
        state->pulse = fan_pulse_begin(places, state->size, state->rank, silence * limit,
                                       fan_comm_on_silence, NULL);
    state->is_watched = true;
    free(places);
}

static void know_hosts(fan_comm_state *state, const told *all)
{
    for (int rank = 0; rank < state->size; rank++)
        memcpy(state->hosts[rank], all[rank].host, sizeof state->hosts[rank]);
    if (fan_ulfm_is_on())
        fan_death_know_hosts(state->user_comm, state->hosts);
}

fan_comm_bound fan_comm_state_bound(const fan_comm_state *state, double timeout)
{
    bool is_own = state->channel != NULL;
    return (fan_comm_bound){.limit = timeout,
                            .pulse = timeout > 0 ? state->pulse : NULL,
                            .may_die = fan_ulfm_is_on(),
                            .is_own = is_own,
                            .comm = is_own ? state->channel->comm : state->user_comm};
}

fan_status fan_comm_state_watch(fan_comm_state *state, double limit)
{
    bool lacks_watch = limit > 0 && !state->is_watched;
    if (!lacks_watch && (!fan_ulfm_is_on() || state->hosts != NULL))
        return FAN_OK;
    told *all = malloc((size_t)state->size * sizeof *all), own = tell_of_this();
    if (state->hosts == NULL)
        state->hosts = malloc((size_t)state->size * sizeof *state->hosts);
    bool failed = state->hosts == NULL || all == NULL;
    int code = fan_comm_any(state->user_comm, &failed);
    if (code == MPI_SUCCESS && !failed)
        code = fan_comm_to_all(&own, all, sizeof own, state->user_comm);
    bool knows = code == MPI_SUCCESS && !failed;
    if (knows)
        know_hosts(state, all);
    if (knows && lacks_watch)
        begin_to_watch(state, all, limit);
    free(all);
    if (knows)
        return FAN_OK;
    free(state->hosts);
    state->hosts = NULL;
    return failed ? fan_fail(FAN_ERR_MEMORY, "no memory for the names of hosts")
                  : fan_fail_mpi(code, "cannot tell the ranks of each other's hosts");
}
