/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/connection.h"

#include "base/clock.h"
#include "base/units.h"
#include "comm/agree.h"
#include "comm/check.h"
#include "comm/id.h"
#include "comm/private.h"
#include "lib/record/recorder.h"
#include "lib/state/tell.h"

#include <string.h>
#include <sys/param.h>

enum {
    MOST_OFFERS = 8,
    /*
     * Of one process. MPICH 4.0.2 can have 2,048 communicators, and the program must be able to go
     * on making its own.
     */
    MOST_CHANNELS = 256,
    /*
     * Tries to have an offer taken. That may never be: rank 0 may have no tags but those of a
     * persistent request that it alone has freed, which is local.
     */
    MOST_TRIES = 100
};

static const char mpi_failed[] = "cannot agree on a private communicator";

/* A channel that the communicator may be. */
typedef struct offer {
    uint64_t channel; /* 0: none */
    int64_t block;
    int64_t survey;
    int64_t is_new_survey;
} offer;

/* What rank 0 tells the others. */
typedef struct proposal {
    offer offers[MOST_OFFERS];
    uint64_t new_channel;
    int64_t has_more; /* channels that may be offered next */
} proposal;

enum { HAS, NOT_YET, HAS_NOT };

/* What the ranks tell each other: the largest values count. */
typedef struct vote {
    int64_t on[MOST_OFFERS]; /* HAS, ... */
    int64_t no_turn, no_room, no_memory;
    int64_t is_threaded; /* with MPI_THREAD_MULTIPLE */
    int64_t is_part;     /* of MPI_COMM_WORLD, or in another order */
    int64_t longest;     /* name of a host */
} vote;

typedef struct attempt {
    fan_comm_state *state;
    int tries;   /* before this one */
    int skipped; /* channels that rank 0 has offered in vain */
    bool has_turn;
    fan_survey *survey;       /* a new one, or NULL */
    fan_placement *placement; /* a new one, or NULL */
    fan_channel *fresh;       /* memory for a new one, or NULL */
    proposal proposal;
    vote vote;
    fan_channel *held[MOST_OFFERS]; /* with the block of the offer */
} attempt;

/* ---- what rank 0 proposes ---- */

static offer offer_channel(uint64_t id, fan_comm_state *state, const fan_survey_key *key)
{
    offer o = {0};
    fan_channel *channel = fan_channel_hold(id, state->rank, state->size);
    if (channel == NULL)
        return o;
    o.block = fan_channel_propose_block(channel);
    o.survey = fan_channel_find_survey(channel, key);
    o.is_new_survey = o.survey == 0;
    if (o.is_new_survey)
        o.survey = fan_channel_new_survey(channel);
    if (o.block >= 0)
        o.channel = id;
    fan_channel_leave(channel, true);
    return o;
}

/* A recorder has messages of its own, with fixed tags. */
static void propose(attempt *a)
{
    uint64_t ids[MOST_OFFERS];
    fan_comm_state *state = a->state;
    fan_survey_key key = fan_survey_key_of(&state->params);
    bool may_share = !state->traced && a->tries < MOST_TRIES;
    int count = may_share
                    ? fan_channel_find_all(state->rank, state->size, a->skipped, ids, MOST_OFFERS)
                    : 0;
    a->proposal.has_more = count > MOST_OFFERS;
    for (int i = 0; i < MIN(count, MOST_OFFERS); i++)
        a->proposal.offers[i] = offer_channel(ids[i], state, &key);
    a->proposal.new_channel = fan_comm_new_id();
}

/* ---- what each rank says ---- */

static int64_t look_for(const offer *o, const fan_comm_state *state, fan_channel **held)
{
    *held = o->channel == 0 ? NULL : fan_channel_hold(o->channel, state->rank, state->size);
    if (*held == NULL)
        return HAS_NOT;
    bool has_survey = o->is_new_survey || fan_channel_survey(*held, (int)o->survey) != NULL;
    if (has_survey && fan_channel_take_block(*held, o->block))
        return HAS;
    fan_channel_leave(*held, true);
    *held = NULL;
    return NOT_YET;
}

/*
 * Where worlds are connected, processes of two of them may have the ranks that they have there. If
 * each rank knows the next one from its own world, all are of one.
 */
static bool is_part_of_world(const fan_comm_state *state)
{
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank != state->rank || size != state->size)
        return true;
    int next = (rank + 1) % size;
    return fan_comm_rank_in_world(state->user_comm, next) != next;
}

static void prepare_vote(attempt *a)
{
    vote *v = &a->vote;
    for (int i = 0; i < MOST_OFFERS; i++)
        v->on[i] = look_for(&a->proposal.offers[i], a->state, &a->held[i]);
    v->no_turn = !a->has_turn;
    v->no_room = fan_channel_count() >= MOST_CHANNELS;
    v->no_memory = a->survey == NULL || a->placement == NULL || a->fresh == NULL;
    v->is_threaded = fan_comm_has_threads();
    v->is_part = is_part_of_world(a->state);
    v->longest = a->survey == NULL ? 0 : (int64_t)strlen(a->survey->hosts.own);
}

static void end_turn(attempt *a)
{
    if (a->has_turn)
        fan_comm_end_turn();
    a->has_turn = false;
}

/* All channels but the chosen one; -1: none was. */
static void let_go(attempt *a, int chosen)
{
    for (int i = 0; i < MOST_OFFERS; i++) {
        if (a->held[i] == NULL || i == chosen)
            continue;
        fan_channel_free_block(a->held[i], a->proposal.offers[i].block);
        fan_channel_leave(a->held[i], true);
    }
}

/* Returns MPI's code. */
static int ask_all(attempt *a)
{
    fan_comm_state *state = a->state;
    a->has_turn = fan_comm_take_turn(a->tries > 0);
    a->survey = fan_survey_begin(state->user_comm, &state->params);
    a->placement = fan_placement_begin(state->size);
    a->fresh = fan_channel_prepare();
    if (state->rank == 0)
        propose(a);
    int code = fan_comm_from(0, &a->proposal, sizeof a->proposal, state->user_comm);
    prepare_vote(a);
    if (code == MPI_SUCCESS)
        code = fan_comm_maximum(state->user_comm, sizeof a->vote / sizeof(int64_t),
                                (int64_t *)&a->vote);
    return code;
}

static int find_offer(const vote *v, int64_t wanted)
{
    for (int i = 0; i < MOST_OFFERS; i++)
        if (v->on[i] == wanted)
            return i;
    return -1;
}

/* ---- what comes of it ---- */

static void take_over(fan_comm_state *state, fan_placement *placement)
{
    state->placement = placement;
    state->map = placement->map;
    state->order = placement->order;
    state->slowness = NULL;
    state->comm = state->channel->comm;
    state->first_tag = fan_channel_tag(state->channel, state->block);
    state->lane.first_tag = state->first_tag + FAN_TAGS;
    state->connection = FAN_CONNECTED;
}

/* Of a survey that has been made. */
static fan_status place(attempt *a, fan_survey *survey)
{
    fan_comm_state *state = a->state;
    if (survey->placement != NULL) {
        take_over(state, fan_placement_hold(survey->placement));
        return FAN_OK;
    }
    fan_placement *placement = a->placement;
    a->placement = NULL;
    bool share = a->vote.is_threaded == 0;
    int tag = fan_channel_tag(state->channel, state->block) + FAN_TAG_NODE;
    fan_status status =
        fan_placement_make(survey, state->user_comm, state->channel->comm, tag, share, placement);
    if (status != FAN_OK)
        return status;
    if (share)
        survey->placement = fan_placement_hold(placement);
    take_over(state, placement);
    return FAN_OK;
}

/* `able` is whether this rank has the channel; it becomes whether all have it. */
static fan_status survey_hosts(attempt *a, int number, bool *able)
{
    fan_survey *survey = a->survey;
    a->survey = NULL;
    survey->number = number;
    fan_status status = fan_hosts_find(&survey->hosts, a->state->user_comm, (int)a->vote.longest,
                                       a->state->params.shared_memory != 0, able);
    if (status == FAN_OK && *able)
        status = place(a, survey);
    if (status == FAN_OK && *able)
        fan_channel_add_survey(a->state->channel, survey);
    else
        fan_survey_free(survey);
    return status;
}

/* What is waited for from now on: messages on the channel, too. */
static void set_bound(const fan_comm_state *state)
{
    fan_comm_bound_set(fan_comm_state_bound(state, state->params.timeout));
}

static void give_up_channel(fan_comm_state *state)
{
    fan_channel_free_block(state->channel, state->block);
    fan_channel_leave(state->channel, true);
    state->channel = NULL;
    set_bound(state);
}

static fan_status adopt(attempt *a, int chosen)
{
    const offer *o = &a->proposal.offers[chosen];
    fan_comm_state *state = a->state;
    bool able = true;
    state->channel = a->held[chosen];
    fan_channel_come_first(state->channel);
    state->block = o->block;
    set_bound(state);
    fan_status status = o->is_new_survey
                            ? survey_hosts(a, (int)o->survey, &able)
                            : place(a, fan_channel_survey(state->channel, (int)o->survey));
    if (status != FAN_OK)
        give_up_channel(state);
    return status;
}

static void cannot_connect(fan_comm_state *state, const char *obstacle)
{
    state->connection = FAN_CANNOT_CONNECT;
    state->obstacle = obstacle;
}

/* Returns whether this rank has a new channel now. */
static bool make_channel(attempt *a)
{
    fan_comm_state *state = a->state;
    MPI_Comm own;
    if (fan_comm_private_now(state->user_comm, &own) != FAN_OK)
        return false;
    /* One that nobody can share must not be kept for others. */
    bool is_shared = !state->traced, is_kept = is_shared && !a->vote.is_part;
    state->channel = a->fresh;
    a->fresh = NULL;
    fan_channel_enter(state->channel, a->proposal.new_channel, own, is_shared, is_kept);
    state->block = 0;
    set_bound(state);
    return fan_channel_take_block(state->channel, 0);
}

static fan_status create(attempt *a)
{
    fan_comm_state *state = a->state;
    bool able = make_channel(a);
    end_turn(a);
    if (state->rank == 0 && state->channel != NULL)
        fan_channel_new_survey(state->channel);
    fan_status status = survey_hosts(a, 1, &able);
    if (status == FAN_OK && !able)
        cannot_connect(state, "MPI cannot make another communicator");
    /* If only some ranks have a communicator, it is theirs for ever: freeing it is collective. */
    if (state->channel != NULL && !able)
        atomic_store(&state->channel->broken, true);
    else if (state->channel != NULL && status != FAN_OK)
        give_up_channel(state);
    return status;
}

typedef enum outcome { DONE, AGAIN, WITH_OTHERS /* again with other offers */ } outcome;

static outcome decide(attempt *a, fan_status *status)
{
    const vote *v = &a->vote;
    int chosen = v->no_memory ? -1 : find_offer(v, HAS);
    let_go(a, chosen);
    *status = FAN_OK;
    if (v->no_memory) {
        *status = fan_fail(FAN_ERR_MEMORY, "no memory for the nodes of %d ranks on some rank",
                           a->state->size);
    } else if (chosen >= 0) {
        end_turn(a);
        *status = adopt(a, chosen);
    } else if (find_offer(v, NOT_YET) >= 0) {
        return AGAIN;
    } else if (a->proposal.has_more) {
        return WITH_OTHERS;
    } else if (v->no_room) {
        cannot_connect(a->state, "a process has 256 private communicators already");
    } else if (v->no_turn) {
        return AGAIN;
    } else {
        *status = create(a);
    }
    return DONE;
}

static void fail(attempt *a, int code, fan_status *status)
{
    let_go(a, -1);
    *status = fan_fail_mpi(code, mpi_failed);
}

static outcome try_to_connect(fan_comm_state *state, int tries, int skipped, fan_status *status)
{
    attempt a;
    memset(&a, 0, sizeof a);
    a.state = state;
    a.tries = tries;
    a.skipped = skipped;
    int code = ask_all(&a);
    outcome result = DONE;
    if (code == MPI_SUCCESS)
        result = decide(&a, status);
    else
        fail(&a, code, status);
    end_turn(&a);
    fan_survey_free(a.survey);
    fan_channel_discard(a.fresh);
    if (a.placement != NULL)
        fan_placement_leave(a.placement);
    return result;
}

/* Collective. Without enough memory nothing is recorded. */
static void begin_recording(fan_comm_state *state)
{
    state->recorder = fan_recorder_make(state->comm, &state->map, state->params.trace_bytes);
    if (state->recorder != NULL)
        state->trace = fan_recorder_trace(state->recorder);
}

static fan_status try_until_done(fan_comm_state *state)
{
    fan_status status = FAN_OK;
    int skipped = 0;
    outcome last;
    for (int tries = 0; (last = try_to_connect(state, tries, skipped, &status)) != DONE; tries++) {
        if (last == AGAIN)
            fan_comm_miss_turn();
        else
            skipped += MOST_OFFERS;
    }
    return status;
}

static fan_status begin(fan_comm_state *state)
{
    double begun = fan_clock_now();
    char time[32];
    fan_status status = try_until_done(state);
    if (status != FAN_OK || state->connection != FAN_CONNECTED)
        return status;
    if (state->traced)
        begin_recording(state);
    fan_tell(state, FAN_DEBUG_INFO, "connected in %s: %d nodes, the largest has %d ranks",
             fan_format_seconds(fan_clock_now() - begun, time, sizeof time), state->map.nodes,
             state->map.largest);
    return FAN_OK;
}

fan_status fan_connection_make(fan_comm_state *state)
{
    static atomic_bool said;
    fan_status status = state->connection == FAN_UNCONNECTED ? begin(state) : FAN_OK;
    if (status == FAN_OK && state->connection == FAN_CANNOT_CONNECT)
        status = fan_fall_back(state, "broadcasts", state->obstacle, &said);
    return status;
}

fan_status fan_connection_demand(fan_comm_state *state)
{
    fan_status status = fan_connection_make(state);
    if (status != FAN_OK || state->connection == FAN_CONNECTED)
        return status;
    return fan_fail(FAN_ERR_MEMORY, "there can be no private communicator for these %d ranks",
                    state->size);
}

bool fan_connection_end_mail(fan_comm_state *state)
{
    bool ended = fan_mail_close(state->mail);
    state->mail = NULL;
    return ended;
}

void fan_connection_end(fan_comm_state *state, bool collective)
{
    if (state->connection != FAN_CONNECTED)
        return;
    fan_placement_leave(state->placement);
    if (fan_connection_end_mail(state)) {
        fan_channel_free_block(state->channel, state->block);
        fan_channel_leave(state->channel, collective);
    }
    state->connection = FAN_UNCONNECTED;
}
