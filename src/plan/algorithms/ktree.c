/* SPDX-License-Identifier: BSD-3-Clause */
/* k interior-disjoint trees over all recipients, with or without a first group that exchanges. */
#include "plan/algorithms/algorithms.h"
#include "plan/algorithms/groups.h"
#include "plan/algorithms/trees.h"

#include <math.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

void fan_ktree_normalise(fan_shape *shape)
{
    *shape = (fan_shape){.recipients = shape->recipients,
                         .group_size = MAX(1, MIN(shape->group_size, shape->recipients)),
                         .branching = 1};
}

static void root_role(int class, int top, fan_schedule *schedule)
{
    fan_schedule_begin(schedule, class, FAN_PARENT_SELF);
    fan_schedule_add(schedule, class, top, FAN_EDGE_SCATTER);
}

void fan_ktree_role(const fan_shape *shape, int class, int place, fan_phase phase,
                    fan_schedule *schedule)
{
    int m = shape->recipients;
    int k = shape->group_size;
    if (phase == FAN_PHASE_SERVE)
        return;
    if (place == FAN_PLACE_ROOT)
        root_role(class, fan_trees_top(m, k, class), schedule);
    else
        fan_trees_role(0, m, k, class, FAN_PLACE_ROOT, place, schedule);
}

/* A member of the first group sends its subfile into the trees of the rest, then to its peers. */
static void exchanging_role(const fan_shape *shape, int class, int place, fan_schedule *schedule)
{
    int k = shape->group_size;
    int rest = shape->recipients - k;
    fan_schedule_begin(schedule, class, place == class ? FAN_PLACE_ROOT : class);
    if (place != class)
        return;
    if (rest > 0)
        fan_schedule_add(schedule, class, k + fan_trees_top(rest, k, class), FAN_EDGE_FORWARD);
    fan_group_add_peers(shape, class, place, schedule);
}

void fan_kexchange_role(const fan_shape *shape, int class, int place, fan_phase phase,
                        fan_schedule *schedule)
{
    int k = shape->group_size;
    if (phase == FAN_PHASE_SERVE)
        return;
    if (place == FAN_PLACE_ROOT)
        root_role(class, class, schedule);
    else if (place < k)
        exchanging_role(shape, class, place, schedule);
    else
        fan_trees_role(k, shape->recipients - k, k, class, class, place, schedule);
}

/* The last chunk goes down the longest way, k chunks of delay a level, about log_k m of them. */
static double tree_fill(int nodes, int k)
{
    if (k == 1)
        return nodes - 1;
    if (k == 2)
        return 2 * ceil(log2(nodes)) - 2;
    return k * log(nodes) / log(k);
}

static fan_cost tree_cost(int nodes, int k)
{
    int levels = fan_tree_levels(nodes, k);
    return (fan_cost){.rounds = 1, .fill = tree_fill(nodes, k), .hops = levels, .skew = levels};
}

fan_cost fan_ktree_cost(const fan_shape *shape, double hop)
{
    if (shape->recipients <= shape->group_size)
        return fan_group_cost(shape, hop);
    return tree_cost(shape->recipients, shape->group_size);
}

fan_cost fan_kexchange_cost(const fan_shape *shape, double hop)
{
    int rest = shape->recipients - shape->group_size;
    if (rest <= 0)
        return fan_group_cost(shape, hop);
    fan_cost cost = tree_cost(rest, shape->group_size);
    cost.fill = MAX(cost.fill + 2, shape->group_size);
    cost.hops++;
    cost.skew++;
    return cost;
}
