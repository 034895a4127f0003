/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/engine/broadcast.h"

#include "engine/engine.h"
#include "tests/common/unit_main.h"

#include <stdlib.h>
#include <string.h>

/* A piece that a sink keeps. */
typedef struct kept_piece {
    int64_t offset, bytes;
    const void *data;
    fan_kept *kept;
} kept_piece;

enum { MOST_KEPT = 16 };

typedef struct site {
    const sim_setup *setup;
    int node;
    unsigned char *data; /* what this node has */
    int64_t drained;     /* bytes given to the sink, in order */
    bool in_order;
    fan_schedule schedules[2];
    fan_engine *engine;
    fan_cells *cells; /* NULL: the engine's own */
    kept_piece kept[MOST_KEPT];
    int64_t keeps, kept_before; /* pieces so far, and those that have been looked at */
    int phase;
    bool source_ended;
    fan_status result;
    int64_t length;
} site;

static unsigned char pattern(int64_t offset)
{
    return (unsigned char)((uint64_t)offset * 2654435761u >> 7);
}

/* Is not called again after the end. */
static int64_t fill(void *state, int64_t offset, void *piece, int64_t bytes)
{
    site *s = state;
    int64_t fails = s->setup->source_fails_at, left = s->setup->bytes - offset;
    if (s->source_ended)
        ck_abort_msg("the source is called after its end");
    if (fails >= 0 && offset + bytes > fails) {
        s->source_ended = true;
        return -1;
    }
    s->source_ended = left < bytes;
    bytes = left < bytes ? left : bytes;
    for (int64_t i = 0; i < bytes; i++)
        ((unsigned char *)piece)[i] = pattern(offset + i);
    return bytes;
}

static void look_at_kept(site *s)
{
    const kept_piece *p = &s->kept[s->kept_before++ % MOST_KEPT];
    memcpy(s->data + p->offset, p->data, (size_t)p->bytes);
    fan_kept_release(p->kept);
}

static void keep(site *s, int64_t offset, const void *data, int64_t bytes)
{
    kept_piece p = {offset, bytes, data, fan_engine_keep(data)};
    if (p.kept == NULL || fan_engine_keep(data) != NULL)
        ck_abort_msg("a piece cannot be kept, or twice");
    s->kept[s->keeps++ % MOST_KEPT] = p;
    if (s->keeps - s->kept_before > s->setup->keeps)
        look_at_kept(s);
}

static int drain(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    site *s = state;
    s->in_order = s->in_order && (s->setup->parts != NULL || offset == s->drained);
    s->drained += bytes;
    if (s->node == s->setup->failing_sink)
        return -1;
    if (s->cells != NULL)
        keep(s, offset, piece, bytes);
    else
        memcpy(s->data + offset, piece, (size_t)bytes);
    return 0;
}

static fan_plan make_plan(const sim_setup *u)
{
    fan_params params = fan_params_default();
    params.algorithm = u->algorithm;
    params.group_size = u->k;
    params.branching = u->b;
    params.secondary_groups = u->secondary;
    params.chunk_bytes = u->chunk;
    params.window = u->window;
    params.sends = u->sends;
    params.child_sends = u->child_sends;
    params.overlap = u->overlap;
    fan_plan_request request = {.bytes = u->announced > 0 ? u->announced : u->bytes,
                                .nodes = u->nodes + u->shared,
                                .root = u->root,
                                .order = u->speeds,
                                .parts = u->parts};
    request.shared_source = u->shared;
    return fan_plan_choose(&request, &params);
}

static void start_phase(site *s, const fan_plan *plan, sim_network *network)
{
    fan_engine_config config = {
        .schedule = &s->schedules[s->phase],
        .layout = plan->layout,
        .slots = fan_plan_engine_slots(plan),
        .sends = plan->sends,
        .child_sends = plan->child_sends,
        .synchronous = !s->setup->eager,
        .overlap = plan->overlap,
        .store = {.base = s->data},
        .transport = sim_network_transport(network, s->node),
    };
    if (s->setup->streams)
        config.store = (fan_store){.fill = fill, .drain = s->phase == 0 ? drain : NULL, .state = s};
    if (s->setup->streams && s->setup->keeps > 0) {
        ck_assert(s->setup->keeps < MOST_KEPT);
        s->cells = fan_cells_make(config.slots, fan_engine_cell_bytes(&plan->layout));
        config.cells = s->cells;
    }
    ck_assert_int_eq(fan_engine_create(&config, &s->engine), FAN_OK);
}

static void end_phase(site *s, const fan_plan *plan, sim_network *network)
{
    if (s->phase == 0) {
        s->result = fan_engine_result(s->engine);
        s->length = fan_engine_length(s->engine);
    }
    fan_engine_free(s->engine);
    s->engine = NULL;
    fan_cells_leave(s->cells);
    s->cells = NULL;
    s->phase++;
    s->source_ended = false;
    if (s->phase < 2 && s->schedules[1].edge_count > 0)
        start_phase(s, plan, network);
}

static void make_site(site *s, const sim_setup *u, int node, const fan_plan *plan,
                      sim_network *network)
{
    *s =
        (site){.setup = u, .node = node, .in_order = true, .data = calloc(1, (size_t)u->bytes + 1)};
    for (int64_t i = 0; node == u->root && i < u->bytes; i++)
        s->data[i] = pattern(i);
    ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &s->schedules[0]), FAN_OK);
    ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_SERVE, &s->schedules[1]), FAN_OK);
    start_phase(s, plan, network);
}

static void free_site(site *s)
{
    while (s->kept_before < s->keeps)
        look_at_kept(s);
    fan_schedule_free(&s->schedules[0]);
    fan_schedule_free(&s->schedules[1]);
    free(s->data);
}

/* True while a node works. An assertion is a system call: libcheck hears of failures only. */
static bool step(site *sites, const sim_setup *u, const fan_plan *plan, sim_network *network)
{
    bool working = false;
    for (int node = 0; node < u->nodes; node++) {
        site *s = &sites[node];
        if (s->engine == NULL)
            continue;
        if (fan_engine_progress(s->engine, false) != FAN_OK)
            ck_abort_msg("node %d: %s", node, fan_fail_text());
        if (fan_engine_finished(s->engine))
            end_phase(s, plan, network);
        working |= s->engine != NULL;
    }
    return working;
}

/*
 * Nodes run until all are done. With no message to deliver they get as many steps as local work can
 * need.
 */
static void run_network(site *sites, const sim_setup *u, const fan_plan *plan, sim_network *network)
{
    int64_t patience = 4 * (u->bytes + fan_plan_slots(plan)) + 100;
    int64_t idle = 0;
    while (step(sites, u, plan, network)) {
        bool delivered = false;
        for (int i = 0; i < u->nodes; i++)
            delivered |= sim_network_deliver(network);
        idle = delivered ? 0 : idle + 1;
        if (idle >= patience)
            ck_abort_msg(
                "deadlock: algorithm %d, %d nodes, root %d, k %d, b %d, secondary %d, window %d",
                (int)plan->algorithm, u->nodes, u->root, u->k, u->b, u->secondary, plan->window);
    }
}

static void expect_data(site *s, const sim_setup *u)
{
    while (s->kept_before < s->keeps)
        look_at_kept(s);
    for (int64_t i = 0; i < u->bytes; i++)
        if (s->data[i] != pattern(i))
            ck_abort_msg("node %d byte %lld: algorithm %d, %d nodes, root %d, k %d, b %d", s->node,
                         (long long)i, (int)u->algorithm, u->nodes, u->root, u->k, u->b);
}

static void expect_result(site *s, const sim_setup *u)
{
    if (u->source_fails_at >= 0) {
        ck_assert_int_eq(s->result, FAN_ERR_SOURCE);
        ck_assert(s->drained <= u->source_fails_at || u->parts != NULL);
        return;
    }
    ck_assert_int_eq(s->length, u->bytes);
    if (s->node == u->failing_sink) {
        ck_assert_int_eq(s->result, FAN_ERR_SINK);
    } else {
        ck_assert_int_eq(s->result, FAN_OK);
        expect_data(s, u);
        ck_assert(!u->streams || s->drained == u->bytes);
    }
    ck_assert(s->in_order);
}

void sim_broadcast(const sim_setup *u)
{
    fan_plan plan = make_plan(u);
    ck_assert(u->speeds == NULL || plan.served == u->speeds->slow);
    uint64_t seed = (uint64_t)(u->nodes * 1000 + u->k * 10 + u->root);
    sim_network *network = sim_network_make(u->nodes, u->order, seed);
    site *sites = calloc((size_t)u->nodes, sizeof *sites);
    for (int node = 0; node < u->nodes; node++)
        make_site(&sites[node], u, node, &plan, network);
    run_network(sites, u, &plan, network);
    int64_t k = plan.layout.subfiles, window = (fan_plan_engine_slots(&plan) + k - 1) / k;
    for (int node = 0; node < u->nodes; node++) {
        expect_result(&sites[node], u);
        ck_assert_int_le(sim_network_most_on_an_edge(network, node), plan.child_sends);
        ck_assert_int_lt(sim_network_most_unreceived(network, node), 2 * window);
    }
    if (u->source_fails_at < 0 && u->announced == 0 && !u->shared)
        ck_assert_int_eq(sim_network_sent_bytes(network, u->root),
                         u->bytes); /* the root sends the data once */
    for (int node = 0; node < u->nodes; node++)
        free_site(&sites[node]);
    free(sites);
    sim_network_free(network);
}

void sim_broadcast_in_all_orders(sim_setup u)
{
    for (u.order = 0; u.order < SIM_ORDERS; u.order++)
        for (int eager = 0; eager < 2; eager++) {
            u.eager = eager;
            sim_broadcast(&u);
        }
}
