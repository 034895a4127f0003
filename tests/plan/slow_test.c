/* SPDX-License-Identifier: BSD-3-Clause */
/* Very slow hosts are served by one other, and nobody else sends to them. */
#include "config.h"

#include "plan/check/validate.h"
#include "plan/planner.h"
#include "tests/common/unit_main.h"
#include "tests/plan/topologies.h"

#include <stdio.h>
#include <stdlib.h>

enum { MIB = 1024 * 1024, MOST_NODES = 40 };

/* Hosts n0 to n39; every seventh one from `first` on, `slow` of them, is slow. */
static fan_order *order_with(int nodes, int first, int slow, double speed)
{
    static char names[MOST_NODES][8];
    const char *hosts[MOST_NODES];
    char *text = NULL;
    size_t length;
    for (int node = 0; node < nodes; node++) {
        snprintf(names[node], sizeof names[node], "n%d", node);
        hosts[node] = names[node];
    }
    FILE *file = open_memstream(&text, &length);
    for (int i = 0; i < slow; i++)
        fprintf(file, "NodeName=n%d Speed=%g\n", (first + 7 * i) % nodes, speed);
    fclose(file);
    fan_order *order = order_of(hosts, nodes, text);
    free(text);
    return order;
}

/* Those that a node gets data from. */
static int senders_to(const fan_plan *plan, int node)
{
    fan_schedule s;
    int count = 0;
    ck_assert_int_eq(fan_plan_schedule(plan, node, FAN_PHASE_RECEIVE, &s), FAN_OK);
    for (int subfile = 0; subfile < s.subfiles; subfile++)
        count += subfile == 0 || s.roles[subfile].parent != s.roles[0].parent;
    fan_schedule_free(&s);
    return count;
}

static void expect_served(const fan_plan *plan, const fan_order *order)
{
    if (fan_check_plan(plan) != FAN_OK)
        ck_abort_msg("algorithm %d, %d nodes, root %d, %d served: %s", (int)plan->algorithm,
                     plan->nodes, plan->root, plan->served, fan_fail_text());
    ck_assert_int_eq(plan->served, order->slow);
    ck_assert_int_eq(plan->shape.recipients, plan->nodes - 1 - order->slow);
    for (int node = 0; node < plan->nodes; node++)
        if (fan_order_is_slow(order, node))
            ck_assert_int_eq(senders_to(plan, node), 1);
    ck_assert_int_eq(fan_plan_engine_slots(plan), fan_layout_chunks(&plan->layout));
}

START_TEST(whoever_is_very_slow_is_served)
{
    fan_params params = fan_params_default();
    for (int nodes = 3; nodes <= MOST_NODES; nodes++)
        for (int slow = 1; slow <= 4 && 7 * slow <= nodes + 4; slow++) {
            fan_order *order = order_with(nodes, 1, slow, 0.1);
            ck_assert_int_eq(order->slow, slow);
            fan_plan_request request = {.bytes = MIB, .nodes = nodes, .order = order};
            request.root = nodes - 1 - fan_order_is_slow(order, nodes - 1);
            for (params.algorithm = FAN_AUTO; params.algorithm < FAN_ALGORITHMS;
                 params.algorithm++) {
                fan_plan plan = fan_plan_choose(&request, &params);
                expect_served(&plan, order);
            }
            free(order);
        }
}
END_TEST

/* The others get the plan that they would have without the slow ones. */
START_TEST(others_get_the_plan_without)
{
    fan_params params = fan_params_default();
    for (int nodes = 4; nodes <= MOST_NODES; nodes++) {
        fan_order *order = order_with(nodes, 2, 1, 0.1);
        fan_plan_request with = {.bytes = 16 * MIB, .nodes = nodes, .order = order};
        fan_plan_request without = {.bytes = 16 * MIB, .nodes = nodes - 1};
        fan_plan plan = fan_plan_choose(&with, &params);
        double rest = fan_plan_choose(&without, &params).predicted;
        ck_assert_double_le(plan.predicted, 1.05 * rest);
        ck_assert_double_eq_tol(plan.slow_predicted, 10 * plan.limit_predicted,
                                0.02 * plan.slow_predicted);
        free(order);
    }
}
END_TEST

static int served(const fan_order *order, int root, bool bounded)
{
    fan_params params = fan_params_default();
    fan_plan_request request = {
        .bytes = 16 * MIB, .nodes = 9, .root = root, .bounded = bounded, .order = order};
    fan_plan plan = fan_plan_choose(&request, &params);
    ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    return plan.served;
}

/* A slow root, too many, half the speed; and a stream, which has no memory for it. */
START_TEST(who_is_not_served)
{
    fan_order *order = order_with(9, 4, 1, 0.1);
    ck_assert_int_eq(served(order, 0, false), 1);
    ck_assert_int_eq(served(order, 4, false), 0);
    ck_assert_int_eq(served(order, 0, true), 0);
    free(order);
    order = order_with(9, 4, 5, 0.4);
    ck_assert_int_eq(served(order, 0, false), 0);
    free(order);
    order = order_with(9, 4, 1, 0.5);
    ck_assert_int_eq(served(order, 0, false), 0);
    free(order);
}
END_TEST

/* All recipients are slow: nobody is there to serve but the root, and nobody else waits. */
START_TEST(a_root_alone_with_slow_ones)
{
    fan_params params = fan_params_default();
    fan_order *order = order_with(2, 1, 1, 0.1);
    fan_plan_request request = {.bytes = MIB, .nodes = 2, .order = order};
    fan_plan plan = fan_plan_choose(&request, &params);
    ck_assert_int_eq(plan.served, 0);
    ck_assert_int_eq(fan_check_plan(&plan), FAN_OK);
    free(order);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        whoever_is_very_slow_is_served,
        others_get_the_plan_without,
        who_is_not_served,
        a_root_alone_with_slow_ones,
    };
    return unit_main("slow", tests, sizeof tests / sizeof tests[0]);
}
