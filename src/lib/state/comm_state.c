/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/comm_state.h"

#include "base/spare/spare.h"
#include "comm/agree.h"
#include "lib/record/recorder.h"
#include "lib/state/agreement.h"
#include "lib/state/blocking.h"
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
    MPI_Comm_rank(comm, &made->rank);
    MPI_Comm_size(comm, &made->size);
    fan_comm_bound_set((fan_comm_bound){.limit = fan_agree_own_timeout()});
    fan_status status = fan_comm_state_set(made, MPI_INFO_NULL);
    if (status != FAN_OK) {
        fan_spare_free(made);
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

/* Whether a parameter says how to broadcast: it goes first. 0 leaves most to the planner. */
static bool is_told_how(const fan_params *p)
{
    return p->algorithm != FAN_AUTO || p->group_size > 0 || p->branching > 0 ||
           p->secondary_groups > 0 || p->chunk_bytes > 0 || p->window > 0 || p->sends > 0 ||
           p->child_sends > 0 || !p->overlap || fan_params_given(p, FAN_PARAM_INDEX_min_bytes);
}

fan_status fan_comm_state_set(fan_comm_state *state, MPI_Info hints)
{
    fan_params params;
    fan_status status = fan_agree_on_params(state->user_comm, hints, &params, &state->traced);
    if (status != FAN_OK)
        return status;
    state->params = params;
    fan_comm_bound_set(fan_comm_state_bound(state, params.timeout));
    status = fan_comm_state_watch(state, params.timeout);
    fan_comm_bound_set(fan_comm_state_bound(state, params.timeout));
    if (status != FAN_OK)
        return status;
    /* What was found out held for the old ones. */
    state->learned = (fan_learned){0};
    state->trials = (fan_trials){0};
    fan_blocking_set(&state->blocks, false);
    if (state->nonblocking != FAN_PREPARED)
        forget_nonblocking(state);
    state->adapts = params.adapt && !state->traced && !is_told_how(&params);
    fan_planned_forget(&state->planned);
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

/* A rank on which MPI has failed takes part, too: the others wait for it. */
static fan_status agree_on_node(const fan_comm_state *state, fan_status joined,
                                fan_hindrance *hindrance)
{
    enum { FAILED = FAN_SOME_LACK + 1 };
    fan_failure own;
    fan_fail_keep(&own, joined);
    int64_t worst = joined == FAN_ERR_TRANSPORT             ? FAILED
                    : joined != FAN_OK                      ? FAN_SOME_LACK
                    : fan_blocking_elsewhere(state->blocks) ? MAX(*hindrance, FAN_SOME_BLOCK)
                                                            : *hindrance;
    int code = fan_comm_maximum(state->user_comm, 1, &worst);
    *hindrance = (fan_hindrance)MIN(worst, FAN_SOME_LACK);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on memory for pending broadcasts");
    if (joined == FAN_ERR_TRANSPORT)
        return fan_fail_again(&own);
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
    for (int rank = 0; rank < state->size; rank++) {
        memcpy(state->hosts[rank], all[rank].host, sizeof state->hosts[rank]);
        if (places != NULL)
            places[rank] = all[rank].place;
    }
    if (places != NULL)
        state->pulse = fan_pulse_begin(places, state->size, state->rank, silence * limit,
                                       fan_comm_on_silence, NULL);
    free(places);
}

fan_status fan_comm_state_watch(fan_comm_state *state, double limit)
{
    if (limit <= 0 || state->hosts != NULL)
        return FAN_OK;
    told *all = malloc((size_t)state->size * sizeof *all), own = tell_of_this();
    state->hosts = malloc((size_t)state->size * sizeof *state->hosts);
    bool failed = state->hosts == NULL || all == NULL;
    int code = fan_comm_any(state->user_comm, &failed);
    if (code == MPI_SUCCESS && !failed)
        code = fan_comm_to_all(&own, all, sizeof own, state->user_comm);
    bool knows = code == MPI_SUCCESS && !failed;
    if (knows)
        begin_to_watch(state, all, limit);
    free(all);
    if (knows)
        return FAN_OK;
    free(state->hosts);
    state->hosts = NULL;
    return failed ? fan_fail(FAN_ERR_MEMORY, "no memory for the names of hosts")
                  : fan_fail_mpi(code, "cannot tell the ranks of each other's hosts");
}
