/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine over a simulated network whose operations finish in adversarial order. */
#include "config.h"

#include "engine/engine.h"
#include "plan/planner.h"
#include "tests/common/unit_main.h"
#include "tests/engine/simulated_network.h"

#include <stdlib.h>
#include <string.h>

typedef struct setup {
    fan_algorithm algorithm;
    int nodes, root, k, b, secondary;
    int64_t bytes, chunk;
    int window, sends, child_sends;
    bool overlap;
    sim_order order;
    bool eager;
    bool streams;            /* data goes through callbacks and cells */
    bool shared;             /* all nodes can read the data: the root is `nodes`, which is none */
    int64_t announced;       /* length that nodes know of, if not `bytes` */
    int64_t source_fails_at; /* offset, or -1 */
    int failing_sink;        /* node, or -1 */
    const fan_parts *parts;  /* that are the subfiles, or NULL */
} setup;

typedef struct site {
    const setup *setup;
    int node;
    unsigned char *data; /* what this node has */
    int64_t drained;     /* bytes given to the sink, in order */
    bool in_order;
    fan_schedule schedules[2];
    fan_engine *engine;
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

static int drain(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    site *s = state;
    s->in_order = s->in_order && (s->setup->parts != NULL || offset == s->drained);
    s->drained += bytes;
    if (s->node == s->setup->failing_sink)
        return -1;
    memcpy(s->data + offset, piece, (size_t)bytes);
    return 0;
}

static fan_plan make_plan(const setup *u)
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
        .overlap = plan->overlap,
        .store = {.base = s->data},
        .transport = sim_network_transport(network, s->node),
    };
    if (s->setup->streams)
        config.store = (fan_store){.fill = fill, .drain = s->phase == 0 ? drain : NULL, .state = s};
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
    s->phase++;
    s->source_ended = false;
    if (s->phase < 2 && s->schedules[1].edge_count > 0)
        start_phase(s, plan, network);
}

static void make_site(site *s, const setup *u, int node, const fan_plan *plan, sim_network *network)
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
    fan_schedule_free(&s->schedules[0]);
    fan_schedule_free(&s->schedules[1]);
    free(s->data);
}

/* True while a node works. An assertion is a system call: libcheck hears of failures only. */
static bool step(site *sites, const setup *u, const fan_plan *plan, sim_network *network)
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
static void run_network(site *sites, const setup *u, const fan_plan *plan, sim_network *network)
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

static void expect_data(const site *s, const setup *u)
{
    for (int64_t i = 0; i < u->bytes; i++)
        if (s->data[i] != pattern(i))
            ck_abort_msg("node %d byte %lld: algorithm %d, %d nodes, root %d, k %d, b %d", s->node,
                         (long long)i, (int)u->algorithm, u->nodes, u->root, u->k, u->b);
}

static void expect_result(const site *s, const setup *u)
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

static void run(const setup *u)
{
    fan_plan plan = make_plan(u);
    uint64_t seed = (uint64_t)(u->nodes * 1000 + u->k * 10 + u->root);
    sim_network *network = sim_network_make(u->nodes, u->order, u->eager, seed);
    site *sites = calloc((size_t)u->nodes, sizeof *sites);
    for (int node = 0; node < u->nodes; node++)
        make_site(&sites[node], u, node, &plan, network);
    run_network(sites, u, &plan, network);
    for (int node = 0; node < u->nodes; node++) {
        expect_result(&sites[node], u);
        ck_assert_int_le(sim_network_most_on_an_edge(network, node), plan.child_sends);
    }
    if (u->source_fails_at < 0 && u->announced == 0 && !u->shared)
        ck_assert_int_eq(sim_network_sent_bytes(network, u->root),
                         u->bytes); /* the root sends the data once */
    for (int node = 0; node < u->nodes; node++)
        free_site(&sites[node]);
    free(sites);
    sim_network_free(network);
}

static const setup usual = {.algorithm = FAN_GROUP,
                            .nodes = 9,
                            .root = 0,
                            .k = 4,
                            .b = 1,
                            .bytes = 999,
                            .chunk = 16,
                            .window = 2,
                            .sends = 2,
                            .overlap = true,
                            .source_fails_at = -1,
                            .failing_sink = -1};

static void run_all_orders(setup u)
{
    for (u.order = 0; u.order < SIM_ORDERS; u.order++)
        for (int eager = 0; eager < 2; eager++) {
            u.eager = eager;
            run(&u);
        }
}

START_TEST(every_algorithm_in_every_order)
{
    static const int nodes[] = {2, 3, 5, 8, 13, 20};
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
            for (int k = 1; k <= 7; k += 2)
                for (int streams = 0; streams < 2; streams++) {
                    setup u = usual;
                    u.algorithm = a;
                    u.nodes = nodes[i];
                    u.root = nodes[i] / 2;
                    u.k = k;
                    u.b = 1 + k % 3;
                    u.streams = streams;
                    u.child_sends = k % 3; /* 0: as chosen */
                    run_all_orders(u);
                }
}
END_TEST

START_TEST(smallest_window_and_one_send)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int k = 1; k <= 9; k++) {
            setup u = usual;
            u.algorithm = a;
            u.nodes = 23;
            u.k = k;
            u.b = 2;
            u.window = 1;
            u.sends = 1;
            u.streams = true;
            run_all_orders(u);
        }
}
END_TEST

START_TEST(sizes_that_divide_nothing)
{
    static const int64_t bytes[] = {1, 2, 3, 15, 16, 17, 63, 64, 65, 257};
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
        for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++) {
            setup u = usual;
            u.algorithm = a;
            u.bytes = bytes[i];
            u.nodes = 11;
            u.root = 10;
            run_all_orders(u);
        }
}
END_TEST

START_TEST(secondary_groups)
{
    for (int secondary = 1; secondary <= 5; secondary++)
        for (int full = 0; full < 2; full++)
            for (int streams = 0; streams < 2; streams++) {
                setup u = usual;
                u.algorithm = full ? FAN_FULL : FAN_GROUP;
                u.nodes = 19;
                u.k = 3;
                u.secondary = secondary;
                u.streams = streams;
                run_all_orders(u);
            }
}
END_TEST

START_TEST(store_and_forward)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++) {
        setup u = usual;
        u.algorithm = a;
        u.overlap = false;
        run_all_orders(u);
    }
}
END_TEST

START_TEST(failing_source_is_known_everywhere)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int64_t at = 0; at < 999; at += 333) {
            setup u = usual;
            u.algorithm = a;
            u.streams = true;
            u.source_fails_at = at;
            run_all_orders(u);
        }
}
END_TEST

/* Unless all stop, this takes for ever. */
START_TEST(failing_source_ends_a_long_stream)
{
    static const int64_t announced[] = {INT64_C(1) << 40, FAN_UNKNOWN_LENGTH};
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int64_t at = 0; at < 300; at += 23) {
            setup u = usual;
            u.algorithm = a;
            u.streams = true;
            u.source_fails_at = at;
            u.announced = announced[at % 2];
            run_all_orders(u);
        }
}
END_TEST

/* The end lies everywhere in a window, and in a chunk. */
START_TEST(unknown_length)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int64_t bytes = 0; bytes < 200; bytes += 1 + bytes % 3) {
            setup u = usual;
            u.algorithm = a;
            u.bytes = bytes;
            u.chunk = 4;
            u.nodes = 2 + (int)(bytes % 8);
            u.window = 1 + (int)(bytes % 3);
            u.root = u.nodes - 1;
            u.streams = true;
            u.announced = FAN_UNKNOWN_LENGTH;
            u.failing_sink = bytes % 5 == 1 ? 0 : -1;
            run_all_orders(u);
        }
}
END_TEST

START_TEST(shared_source)
{
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int nodes = 1; nodes <= 13; nodes += 3)
            for (int fails = 0; fails < 2; fails++) {
                setup u = usual;
                u.algorithm = a;
                u.nodes = nodes;
                u.root = nodes;
                u.shared = true;
                u.streams = true;
                u.source_fails_at = fails ? 70 * nodes : -1;
                run_all_orders(u);
            }
}
END_TEST

/* As in a spread broadcast of descriptors: several to a member, one, or a part of one. */
START_TEST(given_subfiles)
{
    static const int64_t at[] = {0, 130, 130, 131, 377, 500, 998, 999};
    for (fan_algorithm a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int count = 1; count <= 7; count++)
            for (int k = 1; k <= 8; k++) {
                fan_parts parts = {.count = count, .at = at};
                setup u = usual;
                u.algorithm = a;
                u.bytes = at[count];
                u.k = k;
                u.b = 1 + count % 2;
                u.streams = count % 2;
                u.overlap = k % 2 || u.streams;
                u.window = 1 + k % 3;
                u.source_fails_at = u.streams && k > 6 ? at[count] / k : -1;
                u.parts = &parts;
                run_all_orders(u);
            }
}
END_TEST

START_TEST(failing_sink_harms_nobody_else)
{
    for (int node = 0; node < 9; node++) {
        setup u = usual;
        u.streams = true;
        u.failing_sink = node;
        run_all_orders(u);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_algorithm_in_every_order,
        smallest_window_and_one_send,
        sizes_that_divide_nothing,
        secondary_groups,
        store_and_forward,
        failing_source_is_known_everywhere,
        failing_source_ends_a_long_stream,
        unknown_length,
        shared_source,
        given_subfiles,
        failing_sink_harms_nobody_else,
    };
    return unit_main("engine", tests, sizeof tests / sizeof tests[0]);
}
