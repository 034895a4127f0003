/* SPDX-License-Identifier: BSD-3-Clause */
/* What the planner chooses, and what it predicts. */
#include "config.h"

#include "plan/check/validate.h"
#include "plan/planner.h"
#include "tests/common/unit_main.h"

#include <math.h>

static const int64_t kib = 1024, mib = 1024 * 1024, gib = 1024 * 1024 * 1024;

/* ---- choices ---- */

static fan_plan choose(int nodes, int64_t bytes, const fan_params *params)
{
    fan_plan_request request = {.bytes = bytes, .nodes = nodes, .root = nodes / 2};
    return fan_plan_choose(&request, params);
}

static int64_t chunk_of(fan_plan plan)
{
    return fan_layout_chunk_bytes(&plan.layout);
}

static const int some_nodes[] = {2, 3, 5, 7, 11, 17, 64, 1000};

enum { SOME_NODES_COUNT = sizeof some_nodes / sizeof some_nodes[0] };

START_TEST(any_size_gets_a_valid_plan)
{
    fan_params params = fan_params_default();
    for (int i = 0; i < SOME_NODES_COUNT; i++)
        for (int64_t bytes = 1; bytes <= (int64_t)1 << 40; bytes = 3 * bytes + 1) {
            fan_plan plan = choose(some_nodes[i], bytes, &params);
            if (fan_check_plan(&plan) != FAN_OK)
                ck_abort_msg("%d nodes, %lld bytes: %s", some_nodes[i], (long long)bytes,
                             fan_fail_text());
            ck_assert_int_eq(plan.layout.bytes, bytes);
            ck_assert_int_eq(plan.layout.subfiles, plan.shape.group_size);
            ck_assert_int_eq(plan.root, some_nodes[i] / 2);
        }
}
END_TEST

START_TEST(one_node_and_no_bytes_are_plans_too)
{
    fan_params params = fan_params_default();
    fan_plan plan = choose(1, 1000, &params);
    ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    for (int nodes = 2; nodes <= 9; nodes++) {
        plan = choose(nodes, 0, &params);
        ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    }
}
END_TEST

static bool equal_but_for_root(const fan_plan *a, const fan_plan *b)
{
    return a->algorithm == b->algorithm && a->nodes == b->nodes &&
           a->shape.group_size == b->shape.group_size && a->shape.branching == b->shape.branching &&
           fan_layout_chunk_bytes(&a->layout) == fan_layout_chunk_bytes(&b->layout) &&
           a->window == b->window && a->sends == b->sends;
}

START_TEST(choice_is_the_same_each_time_and_for_each_root)
{
    fan_params params = fan_params_default();
    for (int root = 0; root < 64; root++) {
        fan_plan_request request = {.bytes = 16 * mib, .nodes = 64, .root = root};
        fan_plan first = fan_plan_choose(&request, &params);
        fan_plan second = fan_plan_choose(&request, &params);
        fan_plan other = choose(64, 16 * mib, &params);
        ck_assert(equal_but_for_root(&first, &second) && equal_but_for_root(&first, &other));
        ck_assert_int_eq(first.root, root);
    }
}
END_TEST

START_TEST(set_algorithms_are_used)
{
    for (int a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
        for (int i = 0; i < SOME_NODES_COUNT; i++) {
            fan_params params = fan_params_default();
            params.algorithm = a;
            fan_plan plan = choose(some_nodes[i], 4 * mib, &params);
            ck_assert_int_eq(plan.algorithm, a);
            ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
        }
}
END_TEST

/* A choice that ignores a group size, a branching or secondary groups is none. */
START_TEST(set_shapes_are_kept)
{
    for (int k = 1; k <= 64; k++)
        for (int b = 0; b <= 3; b++) {
            fan_params params = fan_params_default();
            params.group_size = k;
            params.branching = b;
            fan_plan plan = choose(64, 64 * kib << k % 12, &params);
            ck_assert_int_eq(plan.shape.group_size, k < 64 ? k : 63);
            ck_assert(b == 0 || (plan.algorithm == FAN_GROUP && plan.shape.branching == b));
        }
    fan_params params = fan_params_default();
    params.secondary_groups = 2;
    fan_plan plan = choose(1000, 64 * mib, &params);
    ck_assert_int_eq(plan.algorithm, FAN_GROUP);
    ck_assert_int_eq(plan.shape.secondary_groups, 2);
}
END_TEST

START_TEST(set_chunk_window_and_sends_are_kept)
{
    fan_params params = fan_params_default();
    params.chunk_bytes = 20000;
    params.window = 3;
    params.sends = 9;
    for (int i = 0; i < SOME_NODES_COUNT; i++) {
        fan_plan plan = choose(some_nodes[i], gib, &params);
        ck_assert_int_ge(fan_layout_chunk_bytes(&plan.layout), 19900);
        ck_assert_int_lt(fan_layout_chunk_bytes(&plan.layout), 20000 + 64);
        ck_assert_int_eq(plan.window, 3);
        ck_assert_int_eq(plan.sends, 9);
        ck_assert(plan.overlap);
    }
    params.overlap = 0;
    ck_assert(!choose(9, gib, &params).overlap);
}
END_TEST

START_TEST(connections_limit_the_group_size)
{
    for (int connections = 1; connections <= 8; connections++) {
        fan_params params = fan_params_default();
        params.connections = connections;
        for (int i = 0; i < SOME_NODES_COUNT; i++)
            ck_assert_int_le(choose(some_nodes[i], mib, &params).shape.group_size, connections);
    }
}
END_TEST

START_TEST(streams_are_bounded)
{
    for (int i = 0; i < SOME_NODES_COUNT; i++)
        for (int k = 0; k <= 32; k += 8) {
            fan_params params = fan_params_default();
            params.group_size = k;
            params.secondary_groups = 1;
            params.overlap = 0;
            params.chunk_bytes = k == 32 ? mib : 0;
            fan_plan_request request = {
                .bytes = (int64_t)1 << 40, .nodes = some_nodes[i], .bounded = true};
            fan_plan plan = fan_plan_choose(&request, &params);
            ck_assert(plan.overlap);
            ck_assert(!fan_plan_has_secondary(&plan));
            ck_assert_int_le(fan_plan_slots(&plan) * fan_layout_chunk_bytes(&plan.layout),
                             128 * mib);
            ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
        }
}
END_TEST

/* ---- predictions ---- */

typedef struct tally {
    int plans;
    double least;
    double least_ratio;
} tally;

static void count(void *state, const fan_plan *plan)
{
    tally *t = state;
    t->plans++;
    t->least = fmin(t->least, plan->predicted);
    t->least_ratio = fmin(t->least_ratio, plan->predicted / plan->limit_predicted);
}

START_TEST(choice_is_within_a_percent_of_the_best_and_none_beats_the_limit)
{
    fan_params params = fan_params_default();
    for (int i = 0; i < SOME_NODES_COUNT; i++)
        for (int64_t bytes = 1; bytes <= (int64_t)1 << 40; bytes *= 2) {
            fan_plan_request request = {.bytes = bytes, .nodes = some_nodes[i]};
            tally t = {.least = INFINITY, .least_ratio = INFINITY};
            fan_plan_candidates(&request, &params, count, &t);
            ck_assert_double_ge(t.least_ratio, 0.999999);
            ck_assert_double_le(fan_plan_choose(&request, &params).predicted, 1.0101 * t.least);
        }
}
END_TEST

/* Not by time, which is another's on a busy machine: by the number of candidates. */
START_TEST(choosing_for_many_nodes_is_cheap)
{
    fan_params params = fan_params_default();
    fan_plan_request request = {.bytes = gib, .nodes = 100000};
    tally t = {0};
    fan_plan_candidates(&request, &params, count, &t);
    ck_assert_int_gt(t.plans, 10);
    ck_assert_int_lt(t.plans, 300);
}
END_TEST

START_TEST(two_nodes_take_one_transfer)
{
    fan_params params = fan_params_default();
    fan_plan plan = choose(2, 64 * mib, &params);
    ck_assert_double_lt(plan.predicted / plan.limit_predicted, 1.0001);
    ck_assert_int_eq(plan.shape.group_size, 1);
}
END_TEST

/*
 * 100 Gb/s, 1.5 us, and little overhead: what SimGrid measures (64 nodes), and the order of things
 * beyond.
 */
static double best_ratio(fan_algorithm algorithm, int nodes, int64_t bytes)
{
    fan_params params = fan_params_default();
    params.algorithm = algorithm;
    params.latency = 1.5e-6;
    params.overhead = 0.3e-6;
    fan_plan plan = choose(nodes, bytes, &params);
    return plan.predicted / plan.limit_predicted;
}

START_TEST(ratios_are_those_of_the_design)
{
    ck_assert_double_eq_tol(best_ratio(FAN_KTREE, 64, 4 * mib), 1.06, 0.02);
    ck_assert_double_eq_tol(best_ratio(FAN_GROUP, 64, 4 * mib), 1.17, 0.05);
    ck_assert_double_lt(best_ratio(FAN_KTREE, 1024, 4 * mib), 1.12);
    ck_assert_double_gt(best_ratio(FAN_GROUP, 1024, 4 * mib), 1.2);
    ck_assert_double_lt(best_ratio(FAN_KTREE, 16384, 64 * mib), 1.02);
    ck_assert_double_gt(best_ratio(FAN_CHAIN, 1024, 4 * mib), 3);
}
END_TEST

START_TEST(small_clusters_get_no_chain)
{
    fan_params params = fan_params_default();
    for (int nodes = 3; nodes <= 16; nodes++)
        for (int64_t bytes = mib; bytes <= gib; bytes *= 4) {
            fan_plan plan = choose(nodes, bytes, &params);
            ck_assert_int_ne(plan.algorithm, FAN_CHAIN);
            ck_assert_int_gt(plan.shape.group_size, 1);
        }
}
END_TEST

START_TEST(large_clusters_get_trees_of_small_k)
{
    fan_params params = fan_params_default();
    for (int nodes = 1024; nodes <= 65536; nodes *= 4)
        for (int64_t bytes = 4 * mib; bytes <= gib; bytes *= 4) {
            fan_plan plan = choose(nodes, bytes, &params);
            ck_assert(plan.algorithm == FAN_KTREE || plan.algorithm == FAN_KEXCHANGE);
            ck_assert_int_ge(plan.shape.group_size, 3);
            ck_assert_int_le(plan.shape.group_size, 8);
        }
}
END_TEST

START_TEST(more_overhead_asks_for_larger_chunks)
{
    fan_params params = fan_params_default();
    params.overhead = 1e-7;
    int64_t small = chunk_of(choose(64, 64 * mib, &params));
    params.overhead = 1e-5;
    int64_t large = chunk_of(choose(64, 64 * mib, &params));
    ck_assert_int_gt(large, 4 * small);
}
END_TEST

/*
 * The rank that exchanges messages also copies for the others: slow copies count, fast ones do not.
 */
START_TEST(ranks_that_share_memory_cost_copies)
{
    fan_plan_request request = {.bytes = 16 * mib, .nodes = 9};
    fan_params params = fan_params_default();
    fan_plan alone = fan_plan_choose(&request, &params);
    request.local = 4;
    params.copy_bandwidth = params.bandwidth / 4;
    fan_plan slow = fan_plan_choose(&request, &params);
    ck_assert_double_ge(slow.predicted, 4 * (double)request.bytes / params.bandwidth);
    ck_assert_double_eq(slow.limit_predicted, alone.limit_predicted);
    params.copy_bandwidth = 1e15;
    fan_plan fast = fan_plan_choose(&request, &params);
    ck_assert_double_eq_tol(fast.predicted, alone.predicted, 1e-6 * alone.predicted);
    request.nodes = 1;
    params.copy_bandwidth = 1e9;
    ck_assert_double_eq_tol(fan_plan_choose(&request, &params).predicted,
                            (double)request.bytes / 1e9, 1e-9);
}
END_TEST

/*
 * As a long one, and the same on all nodes; chunks of full length follow each other without an end.
 */
static int64_t chunk_of_stream(int64_t bytes, const fan_params *params)
{
    fan_plan_request request = {.bytes = bytes, .nodes = 9, .bounded = true};
    return chunk_of(fan_plan_choose(&request, params));
}

START_TEST(work_is_small_beside_the_bytes_of_a_long_stream)
{
    fan_params params = fan_params_default();
    params.latency = 20e-6;
    params.overhead = 10e-6;
    params.bandwidth = 25e6; /* where the bytes of a chunk take long, nothing changes */
    ck_assert_int_lt(chunk_of_stream(gib, &params), 100 * kib);
    params.bandwidth = 1e9; /* two overheads are a tenth of the time of 200 kB */
    ck_assert_int_gt(chunk_of_stream(gib, &params), 200 * kib);
    ck_assert_int_le(chunk_of_stream(gib, &params), 256 * kib);
    ck_assert_int_eq(chunk_of_stream(64 * gib, &params), chunk_of_stream(gib, &params));
    ck_assert_int_lt(chunk_of_stream(mib, &params), 100 * kib);
    params.bandwidth = 1e12; /* there is an end to it: a window of chunks is kept in memory */
    ck_assert_int_le(chunk_of_stream(gib, &params), 1024 * kib);
}
END_TEST

/* Of 9 nodes, at 100 Mbit/s and faster. */
START_TEST(chunks_do_not_overflow_long_links)
{
    fan_params params = fan_params_default();
    params.overhead = 50e-6;
    params.bandwidth = 12.5e6;
    params.gap = FAN_PARAMS_GAP_BYTES / params.bandwidth;
    params.latency = 40e-3;
    ck_assert_int_le(chunk_of_stream(gib, &params), 33 * kib);
    fan_plan_request in_place = {.bytes = gib, .nodes = 9};
    fan_plan plan = fan_plan_choose(&in_place, &params);
    ck_assert_double_le((double)(chunk_of(plan) * plan.layout.subfiles), 40e-3 * 12.5e6);
    ck_assert_int_gt(chunk_of_stream(gib, &params), 8 * kib);
    params.bandwidth = 1.25e9;
    params.gap = FAN_PARAMS_GAP_BYTES / params.bandwidth;
    ck_assert_int_gt(chunk_of_stream(gib, &params), 200 * kib);
}
END_TEST

START_TEST(unknown_length_is_planned_as_a_long_stream)
{
    fan_params params = fan_params_default();
    for (int nodes = 1; nodes <= 40; nodes += 3) {
        fan_plan_request request = {.bytes = 64 * mib, .nodes = nodes, .bounded = true};
        fan_plan expected = fan_plan_choose(&request, &params);
        request.bytes = FAN_UNKNOWN_LENGTH;
        fan_plan plan = fan_plan_choose(&request, &params);
        ck_assert_int_eq(plan.algorithm, expected.algorithm);
        ck_assert_int_eq(plan.layout.subfiles, expected.layout.subfiles);
        ck_assert_int_eq(plan.window, expected.window);
        /* With the byte behind it, a message is no longer than a chunk of other streams. */
        ck_assert_int_lt(chunk_of(plan), chunk_of(expected));
        ck_assert_int_gt(chunk_of(plan), chunk_of(expected) * 9 / 10);
        ck_assert_int_eq(fan_layout_length(&plan.layout, fan_layout_chunks(&plan.layout) / 2),
                         chunk_of(plan));
        ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    }
}
END_TEST

/* Readers of one source ask for its records, so chunks must be these, from the first on. */
START_TEST(a_shared_source_is_read_in_the_chunks_that_are_asked_for)
{
    fan_params params = fan_params_default();
    params.chunk_bytes = 100003;
    for (int nodes = 2; nodes <= 40; nodes += 3) {
        fan_plan_request request = {
            .bytes = 12345678, .nodes = nodes, .bounded = true, .shared_source = true};
        fan_plan plan = fan_plan_choose(&request, &params);
        int64_t chunks = fan_layout_chunks(&plan.layout);
        ck_assert_int_eq(chunks, (request.bytes - 1) / params.chunk_bytes + 1);
        for (int64_t g = 0; g < chunks; g++)
            ck_assert_int_eq(fan_layout_offset(&plan.layout, g), g * params.chunk_bytes);
        ck_assert_int_eq(fan_layout_offset(&plan.layout, chunks - 1) +
                             fan_layout_length(&plan.layout, chunks - 1),
                         request.bytes);
        ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    }
}
END_TEST

START_TEST(a_larger_gap_asks_for_larger_chunks)
{
    fan_params params = fan_params_default();
    params.bandwidth =
        25e6; /* where the overheads are below the time of the bytes, however small the chunks */
    int64_t small = chunk_of(choose(9, 4 * mib, &params));
    params.gap = 8e-6;
    int64_t large = chunk_of(choose(9, 4 * mib, &params));
    ck_assert_int_gt(large, small);
    params.gap = 1e-3;
    ck_assert_int_gt(chunk_of(choose(9, 4 * mib, &params)), 2 * large);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        any_size_gets_a_valid_plan,
        one_node_and_no_bytes_are_plans_too,
        choice_is_the_same_each_time_and_for_each_root,
        set_algorithms_are_used,
        set_shapes_are_kept,
        set_chunk_window_and_sends_are_kept,
        connections_limit_the_group_size,
        streams_are_bounded,
        work_is_small_beside_the_bytes_of_a_long_stream,
        chunks_do_not_overflow_long_links,
        unknown_length_is_planned_as_a_long_stream,
        choice_is_within_a_percent_of_the_best_and_none_beats_the_limit,
        choosing_for_many_nodes_is_cheap,
        two_nodes_take_one_transfer,
        ratios_are_those_of_the_design,
        small_clusters_get_no_chain,
        large_clusters_get_trees_of_small_k,
        more_overhead_asks_for_larger_chunks,
        a_shared_source_is_read_in_the_chunks_that_are_asked_for,
        a_larger_gap_asks_for_larger_chunks,
        ranks_that_share_memory_cost_copies,
    };
    return unit_main("planner", tests, sizeof tests / sizeof tests[0]);
}
