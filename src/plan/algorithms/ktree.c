/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * k interior-disjoint trees over all recipients, with or without a first group that exchanges.
 *
 * On several switches they are trees over switches first: each switch is interior in the tree of
 * one subfile, so that the data enters it once and leaves it once. Within a switch, trees as usual
 * lead from the node where a subfile enters, and one node, which has no children there, sends the
 * subfile on to other switches.
 */
#include "config.h"

#include "plan/algorithms/algorithms.h"
#include "plan/algorithms/groups.h"
#include "plan/algorithms/trees.h"

#include <sys/param.h>

/* All recipients are in the forest, or those after a first group of k. */
static fan_forest whole_forest(const fan_shape *shape)
{
    return (fan_forest){.nodes = shape->recipients, .slow = shape->slow, .k = shape->group_size};
}

static fan_forest rest_forest(const fan_shape *shape)
{
    int k = shape->group_size;
    return (fan_forest){.base = k, .nodes = shape->recipients - k, .slow = shape->slow, .k = k};
}

/*
 * Slow recipients are leaves only where others are left to send, in a forest after `before` places.
 */
static void normalise(fan_shape *shape, int before)
{
    *shape = (fan_shape){.blocks = shape->blocks,
                         .root = shape->root,
                         .recipients = shape->recipients,
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

static void root_role(int subfile, int top, fan_schedule *schedule)
{
    fan_schedule_begin(schedule, subfile, FAN_PARENT_SELF);
    fan_schedule_add(schedule, subfile, top, FAN_EDGE_SCATTER);
}

/* ---- several switches ---- */

/* The root's own switch is interior nowhere: the root's sends go over its uplinks already. */
static fan_forest forest_of_blocks(const fan_shape *shape)
{
    return (fan_forest){.nodes = fan_order_blocks(shape->blocks, shape->root),
                        .slow = fan_order_neighbours(shape->blocks, shape->root) > 0,
                        .k = shape->group_size};
}

static fan_forest forest_in_block(const fan_shape *shape, int number)
{
    fan_block block = fan_order_block(shape->blocks, shape->root, number);
    return (fan_forest){
        .base = block.first, .nodes = block.nodes, .k = shape->group_size, .has_exporter = true};
}

static int exporter_of(const fan_forest *block)
{
    return block->base + block->nodes - 1;
}

static int entry_of(const fan_shape *shape, int subfile, int number)
{
    fan_forest block = forest_in_block(shape, number);
    return fan_forest_top(&block, subfile);
}

static int feeder_of_block(const fan_shape *shape, const fan_forest *blocks, int subfile,
                           int number)
{
    int parent = fan_forest_parent(blocks, subfile, number);
    if (parent < 0)
        return FAN_PLACE_ROOT;
    fan_forest block = forest_in_block(shape, parent);
    return exporter_of(&block);
}

static void role_in_blocks(const fan_shape *shape, int subfile, int place, fan_schedule *schedule)
{
    fan_forest blocks = forest_of_blocks(shape);
    if (place == FAN_PLACE_ROOT) {
        root_role(subfile, entry_of(shape, subfile, fan_forest_top(&blocks, subfile)), schedule);
        return;
    }
    int number = fan_order_block_of(shape->blocks, shape->root, place);
    fan_forest block = forest_in_block(shape, number);
    fan_forest_role(&block, subfile, feeder_of_block(shape, &blocks, subfile, number), place,
                    schedule);
    if (place != exporter_of(&block))
        return;
    for (int i = 0, child; (child = fan_forest_child(&blocks, subfile, number, i)) >= 0; i++)
        fan_schedule_add(schedule, subfile, entry_of(shape, subfile, child), FAN_EDGE_FORWARD);
}

/* ---- */

void fan_ktree_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                    fan_schedule *schedule)
{
    fan_forest forest = whole_forest(shape);
    if (phase == FAN_PHASE_SERVE)
        return;
    if (shape->blocks != NULL)
        role_in_blocks(shape, subfile, place, schedule);
    else if (place == FAN_PLACE_ROOT)
        root_role(subfile, fan_forest_top(&forest, subfile), schedule);
    else
        fan_forest_role(&forest, subfile, FAN_PLACE_ROOT, place, schedule);
}

/* A member of the first group sends its subfile into the trees of the rest, then to its peers. */
static void exchanging_role(const fan_shape *shape, int subfile, int place, fan_schedule *schedule)
{
    fan_forest rest = rest_forest(shape);
    fan_schedule_begin(schedule, subfile, place == subfile ? FAN_PLACE_ROOT : subfile);
    if (place != subfile)
        return;
    if (rest.nodes > 0)
        fan_schedule_add(schedule, subfile, fan_forest_top(&rest, subfile), FAN_EDGE_FORWARD);
    fan_group_add_peers(shape, subfile, place, schedule);
}

void fan_kexchange_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                        fan_schedule *schedule)
{
    fan_forest rest = rest_forest(shape);
    if (phase == FAN_PHASE_SERVE)
        return;
    if (place == FAN_PLACE_ROOT)
        root_role(subfile, subfile, schedule);
    else if (place < shape->group_size)
        exchanging_role(shape, subfile, place, schedule);
    else
        fan_forest_role(&rest, subfile, subfile, place, schedule);
}

/* Where slow nodes do not send, others send more than the data once. */
static fan_cost with_load(fan_cost cost, fan_forest forest)
{
    cost.rounds *= (double)fan_forest_fanout(&forest) / forest.k;
    return cost;
}

/*
 * From the root to the last node: into a switch, to its exporter, into the next one, and down the
 * trees of the last.
 */
static int levels_of_blocks(const fan_shape *shape)
{
    fan_forest blocks = forest_of_blocks(shape);
    int largest = 0;
    for (int number = 0; number < blocks.nodes; number++)
        largest = MAX(largest, fan_order_block(shape->blocks, shape->root, number).nodes);
    return 2 * (fan_tree_levels(blocks.nodes, shape->group_size) - 1) +
           fan_tree_levels(largest, shape->group_size);
}

static int levels_of(const fan_shape *shape)
{
    return shape->blocks != NULL ? levels_of_blocks(shape)
                                 : fan_tree_levels(shape->recipients, shape->group_size);
}

/* On each level all children of a node get a chunk at the same time, for they share its link. */
fan_cost fan_ktree_cost(const fan_shape *shape)
{
    int k = shape->group_size, levels = levels_of(shape);
    if (shape->blocks == NULL && shape->recipients <= k)
        return with_load(fan_group_cost(shape), whole_forest(shape));
    fan_cost cost = {
        .rounds = 1, .fill = 1.2 * k * (levels - 1), .hops = 1.9 * levels, .skew = levels};
    return with_load(cost, whole_forest(shape));
}

fan_cost fan_kexchange_cost(const fan_shape *shape)
{
    int k = shape->group_size, levels = fan_tree_levels(shape->recipients - k, k);
    if (shape->recipients <= k)
        return fan_group_cost(shape);
    fan_cost cost = {.rounds = 1,
                     .fill = 1.15 * k * (levels + 0.5),
                     .hops = 1.8 * (levels + 1),
                     .skew = levels + 1};
    return with_load(cost, rest_forest(shape));
}
