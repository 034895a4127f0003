/* SPDX-License-Identifier: BSD-3-Clause */
/* Plans over nodes in any order, and over slow hosts. */
#include "config.h"

#include "plan/algorithms/algorithms.h"
#include "plan/check/validate.h"
#include "plan/planner.h"
#include "tests/common/unit_main.h"
#include "tests/plan/topologies.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- any order makes valid plans ---- */

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/*
 * Switches in a tree, each with some of the hosts h0, h1 ...; some of these are on no switch or
 * slow.
 */
static char *random_topology(int nodes, unsigned *state)
{
    int switches = 1 + (int)(next_random(state) % 7), slow = (int)(next_random(state) % 4);
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    for (int s = 0; s < switches; s++) {
        fprintf(file, "SwitchName=s%d Nodes=nobody%d", s, s);
        for (int node = 0; node < nodes; node++)
            if ((node * 7 + node / 5) % (switches + 1) == s)
                fprintf(file, ",h%d", node);
        if (s > 0 && next_random(state) % 2 == 0)
            fprintf(file, " Switches=s%d", s - 1);
        fprintf(file, "\n");
    }
    for (int node = 0; node < nodes; node++)
        if ((int)(next_random(state) % 8) < slow)
            fprintf(file, "NodeName=h%d Speed=0.5\n", node);
    fclose(file);
    return text;
}

/* Ranks anywhere on such hosts. */
static fan_order *random_order(int nodes, unsigned *state)
{
    char(*names)[16] = calloc((size_t)nodes, sizeof *names);
    const char **hosts = calloc((size_t)nodes, sizeof *hosts);
    for (int rank = 0; rank < nodes; rank++) {
        snprintf(names[rank], sizeof names[rank], "h%u", next_random(state) % (unsigned)nodes);
        hosts[rank] = names[rank];
    }
    char *text = random_topology(nodes, state);
    fan_order *order = order_of(hosts, nodes, text);
    free(text);
    free(names);
    free(hosts);
    return order;
}

static void expect_valid_in_order(const fan_order *order, fan_algorithm algorithm, int k,
                                  unsigned n)
{
    fan_plan plan = {.algorithm = algorithm,
                     .nodes = order->nodes,
                     .root = (int)n % order->nodes,
                     .order = order,
                     .window = 1,
                     .sends = 1,
                     .overlap = true};
    plan.shape = (fan_shape){
        .recipients = order->nodes - 1,
        .group_size = k,
        .branching = 1 + (int)n % 3,
        .slow = fan_order_slow(order, plan.root),
        .blocks = algorithm == FAN_KTREE && fan_order_blocks(order, plan.root) > 1 ? order : NULL,
        .root = plan.root};
    fan_algorithms[algorithm].normalise(&plan.shape);
    plan.tail = fan_order_neighbours(order, plan.root) % plan.shape.group_size;
    int subfiles = plan.shape.group_size;
    plan.layout = fan_layout_make(5 * (int64_t)subfiles - 1, 1, subfiles, 1);
    if (fan_check_plan(&plan) != FAN_OK)
        ck_abort_msg("%s, %d nodes, root %d, k %d, %d slow, tail %d: %s",
                     fan_algorithm_names[algorithm], plan.nodes, plan.root, subfiles,
                     plan.shape.slow, plan.tail, fan_fail_text());
    for (int place = 0; place < plan.shape.recipients; place++)
        ck_assert_int_eq(fan_plan_place(&plan, fan_plan_node(&plan, place)), place);
}

START_TEST(plans_in_any_order_are_valid)
{
    unsigned state = 1;
    int orders = 0, with_slow = 0, with_blocks = 0;
    for (int trial = 0; trial < 400; trial++) {
        fan_order *order = random_order(2 + trial % 39, &state);
        if (order == NULL)
            continue;
        orders++;
        with_slow += order->slow > 0;
        with_blocks += fan_order_blocks(order, 0) > 1;
        for (int a = FAN_CHAIN; a < FAN_ALGORITHMS; a++)
            for (int k = 1; k < order->nodes; k += 1 + k / 4)
                expect_valid_in_order(order, (fan_algorithm)a, k, next_random(&state));
        free(order);
    }
    ck_assert_int_gt(orders, 300);
    ck_assert_int_gt(with_slow, 100);
    ck_assert_int_gt(with_blocks, 5);
}
END_TEST

/* What is asked for, and what is chosen. */
START_TEST(plans_with_a_shared_source_are_valid_in_any_order)
{
    unsigned state = 7;
    fan_params params = fan_params_default();
    for (int trial = 0; trial < 200; trial++) {
        fan_order *order = random_order(2 + trial % 39, &state);
        if (order == NULL)
            continue;
        fan_order *with = fan_order_add_storage(order);
        fan_plan_request request = {.bytes = 100000000,
                                    .nodes = order->nodes + 1,
                                    .root = order->nodes,
                                    .order = with,
                                    .bounded = true,
                                    .shared_source = true};
        for (params.algorithm = FAN_AUTO; params.algorithm < FAN_ALGORITHMS; params.algorithm++) {
            fan_plan plan = fan_plan_choose(&request, &params);
            if (fan_check_plan(&plan) != FAN_OK)
                ck_abort_msg("%d nodes, algorithm %d: %s", order->nodes, (int)plan.algorithm,
                             fan_fail_text());
        }
        free(with);
        free(order);
    }
}
END_TEST

/* Any number of slow places, not only what orders lead to. */
START_TEST(trees_with_any_number_of_slow_nodes_are_valid)
{
    for (int nodes = 3; nodes <= 24; nodes++)
        for (int slow = 0; slow < nodes - 1; slow++)
            for (int k = 1; k < nodes; k++)
                for (fan_algorithm a = FAN_KTREE; a <= FAN_KEXCHANGE; a++) {
                    fan_plan plan = {.algorithm = a,
                                     .nodes = nodes,
                                     .root = slow % nodes,
                                     .window = 1,
                                     .sends = 1,
                                     .overlap = true};
                    plan.shape =
                        (fan_shape){.recipients = nodes - 1, .group_size = k, .slow = slow};
                    fan_algorithms[a].normalise(&plan.shape);
                    plan.layout = fan_layout_make(4 * k, 1, k, 1);
                    ck_assert_int_eq(plan.shape.group_size, k);
                    ck_assert(plan.shape.slow == slow || a == FAN_KEXCHANGE);
                    if (fan_check_plan(&plan) != FAN_OK)
                        ck_abort_msg("%s, %d nodes, %d slow, k %d: %s", fan_algorithm_names[a],
                                     nodes, slow, k, fan_fail_text());
                }
}
END_TEST

/* ---- slow hosts ---- */

static bool sends(const fan_plan *plan, int node)
{
    fan_schedule s;
    ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &s), FAN_OK);
    bool any = s.edge_count > 0;
    fan_schedule_free(&s);
    return any;
}

START_TEST(slow_hosts_only_receive)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    fan_params params = fan_params_default();
    fan_order *order = order_of(hosts, 9, "NodeName=n2,n5 Speed=0.5\n");
    for (int root = 0; root < 9; root++)
        for (int64_t bytes = 1 << 16; bytes <= 1 << 28; bytes *= 4) {
            fan_plan_request request = {.bytes = bytes, .nodes = 9, .root = root, .order = order};
            fan_plan plan = fan_plan_choose(&request, &params);
            ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
            ck_assert(root == 2 || !sends(&plan, 2));
            ck_assert(root == 5 || !sends(&plan, 5));
        }
    free(order);
}
END_TEST

/* The slow link's own time, and no more than a few percent above it. */
START_TEST(a_slow_host_sets_the_predicted_time)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    fan_params params = fan_params_default();
    fan_plan_request request = {.bytes = 1 << 28, .nodes = 9};
    double even = fan_plan_choose(&request, &params).predicted;
    fan_order *order = order_of(hosts, 9, "NodeName=n4 Speed=0.5\n");
    request.order = order;
    fan_plan plan = fan_plan_choose(&request, &params);
    ck_assert_int_eq(plan.shape.slow, 1);
    ck_assert_double_ge(plan.predicted, 1.95 * even);
    ck_assert_double_le(plan.predicted, 2.05 * even);
    free(order);
}
END_TEST

/* Where one host would have to send for many slow ones, these send too. */
START_TEST(too_many_slow_hosts_send)
{
    const char *hosts[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    fan_params params = fan_params_default();
    fan_order *order = order_of(hosts, 9, "NodeName=n[2-8] Speed=0.5\n");
    fan_plan_request request = {.bytes = 1 << 28, .nodes = 9, .order = order};
    fan_plan plan = fan_plan_choose(&request, &params);
    ck_assert_int_eq(plan.shape.slow, 0);
    ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    ck_assert_double_lt(plan.predicted, 2.2 * plan.limit_predicted);
    free(order);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        plans_in_any_order_are_valid,
        plans_with_a_shared_source_are_valid_in_any_order,
        trees_with_any_number_of_slow_nodes_are_valid,
        slow_hosts_only_receive,
        a_slow_host_sets_the_predicted_time,
        too_many_slow_hosts_send,
    };
    return unit_main("order", tests, sizeof tests / sizeof tests[0]);
}
