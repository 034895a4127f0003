/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/slow.h"

#include "plan/algorithms/algorithms.h"

#include <sys/param.h>

/*
 * At half of the usual rate and more, all may as well wait: who serves could not send its own share
 * to others as fast as they receive.
 */
static const double served_below = 0.5;
static const double most_demand = 0.5; /* of all that are served, in links of the one that serves */

/* Only the slowest is known; the others are taken for as slow. */
static double demand(const fan_order *order, int slow)
{
    return slow * order->slowest;
}

/* Behind a slow root all are. */
int fan_plan_slow_served(const fan_order *order, int nodes, int root)
{
    if (order == NULL || order->slowest >= served_below)
        return 0;
    int slow = fan_order_slow(order, root);
    bool is_root_slow = slow < order->slow, is_any_fast = slow < nodes - 1;
    return !is_root_slow && is_any_fast && demand(order, slow) <= most_demand ? slow : 0;
}

int fan_plan_slow_leaves(const fan_order *order, int nodes, int root)
{
    if (order == NULL)
        return 0;
    int recipients = nodes - 1, slow = fan_order_slow(order, root);
    double load = (recipients - 1.0) / (recipients - slow);
    return slow < recipients && load * order->slowest <= 1 ? slow : 0;
}

/* The last member of a group exchanges like the others; the last node of trees sends nothing. */
double fan_plan_slow_rounds(const fan_plan *plan)
{
    if (plan->served == 0)
        return 0;
    int k = plan->shape.group_size;
    bool exchanges =
        plan->algorithm == FAN_GROUP || plan->algorithm == FAN_FULL || plan->shape.recipients <= k;
    return (exchanges ? (k - 1.0) / k : 0) + demand(plan->order, plan->served);
}

double fan_plan_slow_time(const fan_plan *plan, const fan_model *model, int64_t bytes)
{
    fan_model slow = *model;
    if (plan->served == 0)
        return 0;
    slow.bandwidth *= plan->order->slowest;
    return fan_hop_time(model) + fan_limit_time(&slow, (double)bytes);
}
