/* SPDX-License-Identifier: BSD-3-Clause */
/* Broadcasts to hosts some of which are slow, in simulated time: who ends when. */
#include "config.h"

#include "plan/planner.h"
#include "simulate/simulate.h"
#include "tests/common/unit_main.h"

#include <stdlib.h>

enum { MIB = 1024 * 1024 };

/* When nodes end: the others in times their limit, all in times the slow ones' limit. */
typedef struct ends {
    double others, slow;
} ends;

/* The last nodes are slow. */
static fan_order *order_of(int nodes, int slow, double speed)
{
    fan_order *order = fan_order_allocate(nodes, slow, 1, speed);
    for (int node = 0; node < nodes; node++) {
        order->table[node] = order->table[nodes + node] = node;
        order->table[2 * nodes + node] = 0;
    }
    int run[] = {0, nodes - slow, -1};
    for (int i = 0; i < 3; i++)
        order->table[3 * nodes + i] = run[i];
    return order;
}

static ends play(int nodes, int slow, double speed, int root)
{
    fan_params params = fan_params_default();
    params.latency = 1e-4;
    params.bandwidth = 25e6;
    params.overhead = 5e-6;
    params.gap = FAN_PARAMS_GAP_BYTES / params.bandwidth;
    fan_order *order = order_of(nodes, slow, speed);
    fan_plan_request request = {.bytes = 16 * MIB, .nodes = nodes, .root = root, .order = order};
    fan_plan plan = fan_plan_choose(&request, &params);
    fan_model model = fan_params_model(&params);
    fan_simulated result;
    ck_assert_msg(fan_simulate(&plan, &model, &result) == FAN_OK, "%s", fan_fail_text());
    free(order);
    return (ends){result.others / plan.limit_predicted,
                  result.seconds * speed / plan.limit_predicted};
}

static void expect(int nodes, int slow, double speed, double most)
{
    ends e = play(nodes, slow, speed, 0);
    ck_assert_msg(e.others <= most && e.slow <= 1.1 && e.slow >= 0.98,
                  "%d nodes, %d of %g: others %.3f, slow %.3f of their limit", nodes, slow, speed,
                  e.others, e.slow);
}

START_TEST(others_do_not_wait)
{
    expect(9, 1, 0.1, 1.1);
    expect(9, 1, 0.3, 1.1);
    expect(9, 1, 0.45, 1.1);
    expect(9, 2, 0.1, 1.1);
    expect(9, 4, 0.1, 1.1);
    expect(3, 1, 0.1, 1.1);
    expect(64, 1, 0.1, 1.1);
    expect(64, 5, 0.1, 1.1);
    expect(200, 3, 0.1, 1.1);
}
END_TEST

/* At half the speed, and behind a slow root, all end together. */
START_TEST(or_all_end_with_the_slowest)
{
    expect(9, 1, 0.5, 2.1);
    ck_assert_double_le(play(9, 1, 0.1, 8).slow, 1.1);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        others_do_not_wait,
        or_all_end_with_the_slowest,
    };
    return unit_main("simulate_slow", tests, sizeof tests / sizeof tests[0]);
}
