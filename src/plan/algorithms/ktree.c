/* SPDX-License-Identifier: BSD-3-Clause */
/* k interior-disjoint trees over all recipients, with or without a first group that exchanges. */
#include "plan/algorithms/algorithms.h"
#include "plan/algorithms/groups.h"
#include "plan/algorithms/trees.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* All recipients are in the forest, or those after a first group of k. */
static fan_forest whole_forest(const fan_shape *shape)
{
    return (fan_forest){
        .nodes = shape->recipients, .slow = shape->slow, .k = shape->group_size};
}

static fan_forest rest_forest(const fan_shape *shape)
{
    int k = shape->group_size;
    return (fan_forest){
        .base = k, .nodes = shape->recipients - k, .slow = shape->slow, .k = k};
}

/* Slow recipients are leaves only where others are left to send, in a forest after `before` places. */
static void normalise(fan_shape *shape, int before)
{
    *shape = (fan_shape){.recipients = shape->recipients,
                         .group_size = shape->group_size,
                         .branching = 1,
                         .slow = before + shape->slow < shape->recipients ? shape->slow : 0};
}

void fan_ktree_normalise(fan_shape *shape)
{
    shape->group_size = MAX(1, MIN(shape->group_size, shape->recipients));
    normalise(shape, 0);
}

void fan_kexchange_normalise(fan_shape *shape)
{
    shape->group_size = MAX(1, MIN(shape->group_size, shape->recipients));
    normalise(shape, shape->group_size);
}

static void root_role(int class, int top, fan_schedule *schedule)
{
    fan_schedule_begin(schedule, class, FAN_PARENT_SELF);
    fan_schedule_add(schedule, class, top, FAN_EDGE_SCATTER);
}

void fan_ktree_role(const fan_shape *shape, int class, int place, fan_phase phase,
                    fan_schedule *schedule)
{
    fan_forest forest = whole_forest(shape);
    if (phase == FAN_PHASE_SERVE)
        return;
    if (place == FAN_PLACE_ROOT)
        root_role(class, fan_forest_top(&forest, class), schedule);
    else
        fan_forest_role(&forest, class, FAN_PLACE_ROOT, place, schedule);
}

/* A member of the first group sends its subfile into the trees of the rest, then to its peers. */
static void exchanging_role(const fan_shape *shape, int class, int place, fan_schedule *schedule)
{
    fan_forest rest = rest_forest(shape);
    fan_schedule_begin(schedule, class, place == class ? FAN_PLACE_ROOT : class);
    if (place != class)
        return;
    if (rest.nodes > 0)
        fan_schedule_add(schedule, class, fan_forest_top(&rest, class), FAN_EDGE_FORWARD);
    fan_group_add_peers(shape, class, place, schedule);
}

void fan_kexchange_role(const fan_shape *shape, int class, int place, fan_phase phase,
                        fan_schedule *schedule)
{
    fan_forest rest = rest_forest(shape);
    if (phase == FAN_PHASE_SERVE)
        return;
    if (place == FAN_PLACE_ROOT)
        root_role(class, class, schedule);
    else if (place < shape->group_size)
        exchanging_role(shape, class, place, schedule);
    else
        fan_forest_role(&rest, class, class, place, schedule);
}

/* Where slow nodes do not send, others send more than the data once. */
static fan_cost with_load(fan_cost cost, fan_forest forest)
{
    cost.rounds *= (double)fan_forest_fanout(&forest) / forest.k;
    return cost;
}

/* On each level all children of a node get a chunk at the same time, for they share its link. */
fan_cost fan_ktree_cost(const fan_shape *shape)
{
    int k = shape->group_size, levels = fan_tree_levels(shape->recipients, k);
    if (shape->recipients <= k)
        return with_load(fan_group_cost(shape), whole_forest(shape));
    fan_cost cost = {.rounds = 1, .fill = 1.2 * k * (levels - 1), .hops = 1.5 * levels, .skew = levels};
    return with_load(cost, whole_forest(shape));
}

fan_cost fan_kexchange_cost(const fan_shape *shape)
{
    int k = shape->group_size, levels = fan_tree_levels(shape->recipients - k, k);
    if (shape->recipients <= k)
        return fan_group_cost(shape);
    fan_cost cost = {
        .rounds = 1, .fill = 1.15 * k * (levels + 0.5), .hops = 1.5 * (levels + 1), .skew = levels + 1};
    return with_load(cost, rest_forest(shape));
}
