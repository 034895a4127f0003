/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plans in simulated time: what can be computed by hand, and the cost model against the simulation.
 */
#include "config.h"

#include "plan/planner.h"
#include "simulate/simulate.h"
#include "tests/common/unit_main.h"

#include <math.h>

enum { MIB = 1024 * 1024 };

static const double chunk =
    4096; /* bytes, or seconds where one byte takes one. The first chunks are shorter. */

static fan_plan make_plan(const fan_params *params, int nodes, int64_t bytes)
{
    fan_plan_request request = {.bytes = bytes, .nodes = nodes};
    return fan_plan_choose(&request, params);
}

static fan_params with(fan_algorithm algorithm, int k, int64_t chunk_bytes)
{
    fan_params params = fan_params_default();
    params.algorithm = algorithm;
    params.group_size = k;
    params.chunk_bytes = chunk_bytes;
    params.branching = algorithm == FAN_GROUP;
    return params;
}

static double largest_of(const fan_plan *plan)
{
    return (double)fan_layout_chunk_bytes(&plan->layout);
}

static double simulate(const fan_plan *plan, const fan_model *model)
{
    fan_simulated simulated;
    ck_assert_msg(fan_simulate(plan, model, &simulated) == FAN_OK, "%s", fan_fail_text());
    return simulated.seconds;
}

/*
 * Two nodes and one chunk: overhead, latency, the bytes; then the word that it was received goes
 * back.
 */
START_TEST(a_transfer_takes_what_the_model_says)
{
    fan_model model = {.latency = 5, .bandwidth = 10, .overhead = 2};
    fan_params params = with(FAN_CHAIN, 1, 1000);
    fan_plan plan = make_plan(&params, 2, 1000);
    ck_assert_double_eq_tol(simulate(&plan, &model), 2 + 5 + 100 + fmax(2, 5), 1e-9);
    plan = make_plan(&params, 3, 1000);
    ck_assert_double_eq_tol(simulate(&plan, &model), 2 * (2 + 5 + 100) + 2 + 5, 1e-9);
}
END_TEST

/* Each link is occupied for the bytes and the gap. */
START_TEST(a_message_has_a_gap_on_each_link)
{
    fan_model model = {.latency = 5, .bandwidth = 10, .overhead = 2, .gap = 30};
    fan_params params = with(FAN_CHAIN, 1, 1000);
    fan_plan plan = make_plan(&params, 2, 1000);
    ck_assert_double_eq_tol(simulate(&plan, &model), 2 + 5 + 100 + 30 + fmax(2, 5), 1e-9);
    params.sends = params.child_sends = 2;
    plan = make_plan(&params, 2, 4000);
    double chunks = (double)fan_layout_chunks(&plan.layout);
    ck_assert_double_eq_tol(simulate(&plan, &model), 2 + 5 + 400 + chunks * 30 + fmax(2, 5), 1e-9);
}
END_TEST

/*
 * Where nothing but the links takes time, no link of a group is ever idle once its node has begun.
 */
START_TEST(a_group_loses_k_minus_1_chunks)
{
    fan_model model = {.latency = 0, .bandwidth = 1, .overhead = 0, .gap = 0};
    for (int k = 2; k <= 16; k++) {
        fan_params params = with(FAN_GROUP, k, 4096);
        params.window = 60;
        fan_plan plan = make_plan(&params, k + 1, 4096 * 50 * (int64_t)k);
        ck_assert_double_eq_tol(simulate(&plan, &model),
                                chunk * 50 * k + (k - 1) * largest_of(&plan), chunk);
    }
}
END_TEST

/* Two for each level, and some more where the trees do not take turns evenly. */
START_TEST(two_trees_lose_two_to_three_chunks_a_level)
{
    fan_model model = {.latency = 0, .bandwidth = 1, .overhead = 0, .gap = 0};
    for (int levels = 2; levels <= 6; levels++) {
        fan_params params = with(FAN_KTREE, 2, 4096);
        params.window = 60;
        fan_plan plan = make_plan(&params, (1 << levels) + 1, 4096 * 128);
        double lost = (simulate(&plan, &model) - chunk * 128) / chunk;
        ck_assert_double_gt(lost, 2 * levels - 3);
        ck_assert_double_lt(lost, 3 * levels - 2);
    }
}
END_TEST

START_TEST(secondary_groups_take_the_time_twice)
{
    fan_model model = {.latency = 0, .bandwidth = 1, .overhead = 0, .gap = 0};
    fan_params params = with(FAN_GROUP, 2, 4096);
    params.secondary_groups = 1;
    fan_plan plan = make_plan(&params, 5, 100 * 4096);
    ck_assert_int_eq(plan.shape.secondary_groups, 1);
    /*
     * the owner of the second subfile begins to serve a chunk after that of the first, and both end
     * with an exchange
     */
    ck_assert_double_eq_tol(simulate(&plan, &model), 4096.0 * (101 + 100), chunk / 2);
}
END_TEST

START_TEST(the_model_predicts_what_is_simulated)
{
    static const int nodes[] = {2, 3, 5, 8, 9, 13, 16, 17, 32, 33, 64, 128};
    fan_params params = fan_params_default();
    fan_model model = fan_params_model(&params);
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
        for (int64_t bytes = MIB; bytes <= 16 * MIB; bytes *= 4) {
            fan_plan plan = make_plan(&params, nodes[i], bytes);
            double error = simulate(&plan, &model) / plan.predicted - 1;
            ck_assert_msg(fabs(error) < 0.1, "%d nodes, %lld bytes: the model is wrong by %.3f",
                          nodes[i], (long long)bytes, error);
        }
}
END_TEST

START_TEST(a_cluster_of_many_nodes_can_be_simulated)
{
    fan_params params = fan_params_default();
    fan_model model = fan_params_model(&params);
    fan_plan plan = make_plan(&params, 4096, MIB);
    double seconds = simulate(&plan, &model);
    ck_assert_double_gt(seconds, plan.limit_predicted);
    ck_assert_double_lt(seconds, 3 * plan.limit_predicted);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        a_transfer_takes_what_the_model_says,     a_message_has_a_gap_on_each_link,
        a_group_loses_k_minus_1_chunks,           two_trees_lose_two_to_three_chunks_a_level,
        secondary_groups_take_the_time_twice,     the_model_predicts_what_is_simulated,
        a_cluster_of_many_nodes_can_be_simulated,
    };
    return unit_main("simulate", tests, sizeof tests / sizeof tests[0]);
}
