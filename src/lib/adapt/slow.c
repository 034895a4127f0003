/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/slow.h"

#include "comm/agree.h"
#include "comm/probe/train.h"
#include "lib/adapt/memory.h"
#include "lib/adapt/network.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static const char failure[] = "cannot measure how fast hosts receive";

/* ---- when ---- */

/* Of the broadcast; shorter trains say little where links burst, or processors are busy. */
static int pieces_for(int64_t bytes)
{
    enum { SHARE = 64, LEAST = 8 };
    int64_t pieces = MIN(bytes / SHARE / FAN_PROBE_TRAIN_PIECE, FAN_PROBE_TRAIN_MOST);
    return pieces < LEAST ? 0 : (int)pieces;
}

/* A rank that does not get the processor at once must not be taken for one with a slow link. */
static bool takes_long(const fan_comm_state *state, int pieces)
{
    const double least = 3e-3; /* seconds */
    return pieces * (double)FAN_PROBE_TRAIN_PIECE >= least * state->params.bandwidth;
}

static bool is_time(const fan_comm_state *state, double took, double planned)
{
    const double clearly = 1.5;
    bool differs = took > clearly * planned || took < planned / clearly;
    return !state->placement->was_looked_at || (took > 0 && differs);
}

/* ---- rates ---- */

typedef struct look {
    fan_comm_state *state;
    int pieces;
    int64_t *rates; /* [nodes + 1], bytes per second; behind them whether something has failed */
    int code;       /* MPI's, of this rank */
} look;

/* Run a train between two nodes that the caller has chosen, on leaders. */
static void measure(look *l, int to, int from)
{
    const fan_comm_state *state = l->state;
    const int *leader = state->map.leader;
    int node = state->map.node_of[state->rank];
    double rate = 0;
    l->code = fan_probe_train(state->comm, to < 0 ? MPI_PROC_NULL : leader[to],
                              from < 0 ? MPI_PROC_NULL : leader[from],
                              state->first_tag + FAN_TAG_NODE, l->pieces, &rate);
    l->rates[node] = (int64_t)rate;
}

static bool is_leader(const fan_comm_state *state)
{
    return state->map.leader[state->map.node_of[state->rank]] == state->rank;
}

static void begin(look *l)
{
    memset(l->rates, 0, ((size_t)l->state->map.nodes + 1) * sizeof *l->rates);
    l->code = MPI_SUCCESS;
}

/* All learn all rates. The same on all ranks, also a failure. */
static fan_status agree(look *l)
{
    int nodes = l->state->map.nodes;
    int own = l->code;
    l->rates[nodes] = own != MPI_SUCCESS;
    int code = fan_comm_maximum(l->state->user_comm, nodes + 1, l->rates);
    if (own != MPI_SUCCESS || code != MPI_SUCCESS)
        return fan_fail_mpi(own != MPI_SUCCESS ? own : code, "%s", failure);
    return l->rates[nodes] == 0 ? FAN_OK : fan_fail(FAN_ERR_TRANSPORT, "%s", failure);
}

static int compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

static int64_t median(const int64_t *rates, int64_t *room, int nodes)
{
    memcpy(room, rates, (size_t)nodes * sizeof *room);
    qsort(room, (size_t)nodes, sizeof *room, compare);
    return room[nodes / 2];
}

/* ---- who is slow ---- */

static bool is_suspect(const look *l, const fan_slowness *found, int node)
{
    return fan_slowness_is_slow(found->rates[node], found->usual, l->state->placement->slowness,
                                node);
}

/* The n-th node that is, or is not, a suspect; -1: there are not as many. */
static int nth(const look *l, const fan_slowness *found, bool suspect, int n)
{
    for (int node = 0; node < found->nodes; node++)
        if (is_suspect(l, found, node) == suspect && n-- == 0)
            return node;
    return -1;
}

/* Which suspect, or which of the others, a node is. */
static int number_of(const look *l, const fan_slowness *found, int node)
{
    int number = 0;
    for (int other = 0; other < node; other++)
        number += is_suspect(l, found, other) == is_suspect(l, found, node);
    return number;
}

/* Suspects receive from the others, one from each. */
static fan_status measure_suspects(look *l, const fan_slowness *found)
{
    int node = l->state->map.node_of[l->state->rank];
    bool suspect = is_suspect(l, found, node);
    int partner = nth(l, found, !suspect, number_of(l, found, node));
    begin(l);
    if (is_leader(l->state) && partner >= 0)
        measure(l, suspect ? -1 : partner, suspect ? partner : -1);
    return agree(l);
}

/* Those that were slow twice; the rate that counts is the better one. */
static void convict(const look *l, fan_slowness *found)
{
    for (int node = 0; node < found->nodes; node++) {
        int64_t rate = MAX(found->rates[node], l->rates[node]);
        bool slow = is_suspect(l, found, node) &&
                    fan_slowness_is_slow(rate, found->usual, l->state->placement->slowness, node);
        found->rates[node] = slow ? MAX(rate, 1) : 0;
    }
}

static int count_suspects(const look *l, const fan_slowness *found)
{
    int count = 0;
    for (int node = 0; node < found->nodes; node++)
        count += is_suspect(l, found, node);
    return count;
}

static fan_status find(look *l, fan_slowness *found)
{
    const fan_comm_state *state = l->state;
    int nodes = found->nodes, node = state->map.node_of[state->rank];
    begin(l);
    if (is_leader(state))
        measure(l, (node + 1) % nodes, (node + nodes - 1) % nodes);
    fan_status status = agree(l);
    if (status != FAN_OK)
        return status;
    found->usual = median(l->rates, found->rates, nodes);
    memcpy(found->rates, l->rates, (size_t)nodes * sizeof *l->rates);
    int suspects = count_suspects(l, found);
    /* Where half of them are, there is no usual rate. */
    if (suspects > 0 && 2 * suspects <= nodes)
        status = measure_suspects(l, found);
    if (status == FAN_OK && 2 * suspects <= nodes)
        convict(l, found);
    else
        memset(found->rates, 0, (size_t)nodes * sizeof *found->rates);
    return status;
}

/* ---- what follows ---- */

/* The same nodes, at about the same rates. */
static bool is_known(const fan_slowness *found, const fan_slowness *before)
{
    const int64_t factor = 2;
    for (int node = 0; node < found->nodes; node++) {
        int64_t now = found->rates[node], then = before == NULL ? 0 : before->rates[node];
        if ((now > 0) != (then > 0) || now > factor * then || then > factor * now)
            return false;
    }
    return true;
}

/* The network was measured between two nodes of which one is slow. */
static void correct_bandwidth(fan_comm_state *state, const fan_slowness *found)
{
    fan_probe_link *link = &state->placement->network.link;
    bool concerned = found->rates[0] > 0 || found->rates[1] > 0;
    if (!concerned || link->bandwidth <= 0)
        return;
    link->bandwidth = (double)found->usual;
    state->placement->network.is_earlier = false;
    if (state->rank == 0)
        fan_adapt_keep(state, link);
}

static void use(fan_comm_state *state, fan_slowness *found)
{
    fan_placement *placement = state->placement;
    if (is_known(found, placement->slowness)) {
        fan_slowness_free(found);
        return;
    }
    fan_slowness_settle(found, placement->order);
    correct_bandwidth(state, found);
    found->before = placement->slowness;
    placement->slowness = found;
}

/* Memory is taken before anything is measured: then all can leave it. */
static fan_status take_room(const fan_comm_state *state, fan_slowness **found)
{
    *found = fan_slowness_allocate(state->placement->order, state->map.nodes);
    bool lacks = *found == NULL;
    int code = fan_comm_any(state->user_comm, &lacks);
    if (code == MPI_SUCCESS && !lacks)
        return FAN_OK;
    fan_slowness_free(*found);
    *found = NULL;
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, "%s", failure);
}

fan_status fan_slow_look(fan_comm_state *state, int64_t bytes, double took, double planned)
{
    enum { LEAST_NODES = 3 /* of two nobody knows which is slow */ };
    look l = {.state = state, .pieces = pieces_for(bytes), .rates = state->placement->rates};
    if (state->map.nodes < LEAST_NODES || l.pieces == 0 || !takes_long(state, l.pieces) ||
        !is_time(state, took, planned))
        return FAN_OK;
    fan_slowness *found;
    fan_status status = take_room(state, &found);
    state->placement->was_looked_at = true;
    if (found == NULL)
        return status;
    status = find(&l, found);
    if (status != FAN_OK) {
        fan_slowness_free(found);
        return status;
    }
    use(state, found);
    return fan_adapt_to_network(state, bytes);
}
