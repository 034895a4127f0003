/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The group algorithm: the root scatters different subfiles to the first group, the members of a
 * group exchange them, and slot i of a group forwards subfile i to slot i of the groups below.
 */
#include "config.h"

#include "plan/algorithms/algorithms.h"
#include "plan/algorithms/groups.h"

#include <sys/param.h>

void fan_group_normalise(fan_shape *shape)
{
    shape->group_size = MAX(1, MIN(shape->group_size, shape->recipients));
    shape->branching = MAX(1, shape->branching);
    shape->secondary_groups = MAX(0, MIN(shape->secondary_groups, fan_groups(shape) - 1));
    shape->slow = 0;
}

/* The chain is the group algorithm with groups of one. */
void fan_chain_normalise(fan_shape *shape)
{
    *shape = (fan_shape){.recipients = shape->recipients, .group_size = 1, .branching = 1};
}

static void serve(const fan_shape *shape, int subfile, int place, fan_schedule *schedule)
{
    int group = place / shape->group_size;
    if (place != fan_group_owner(shape, group, subfile))
        return;
    int first, end;
    fan_group_children(shape, group, FAN_PHASE_SERVE, &first, &end);
    if (first == end)
        return;
    fan_schedule_begin(schedule, subfile, FAN_PARENT_SELF);
    fan_group_add_forwards(shape, subfile, group, FAN_PHASE_SERVE, schedule);
}

static int parent_of_owner(const fan_shape *shape, int group, int subfile)
{
    int parent = fan_group_parent(shape, group);
    return parent == FAN_PLACE_ROOT ? FAN_PLACE_ROOT : fan_group_owner(shape, parent, subfile);
}

static void receive(const fan_shape *shape, int subfile, int place, fan_schedule *schedule)
{
    int group = place / shape->group_size;
    int feeder = parent_of_owner(shape, group, subfile);
    fan_forest forest = fan_group_forest(shape, group);
    if (forest.nodes < shape->group_size) { /* it is the last group and feeds none */
        fan_forest_role(&forest, subfile, feeder, place, schedule);
        return;
    }
    int owner = fan_group_owner(shape, group, subfile);
    if (place != owner) {
        fan_schedule_begin(schedule, subfile, owner);
        return;
    }
    fan_schedule_begin(schedule, subfile, feeder);
    fan_group_add_forwards(shape, subfile, group, FAN_PHASE_RECEIVE, schedule);
    fan_group_add_peers(shape, subfile, place, schedule);
}

void fan_group_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                    fan_schedule *schedule)
{
    if (place == FAN_PLACE_ROOT) {
        if (phase == FAN_PHASE_SERVE)
            return;
        fan_schedule_begin(schedule, subfile, FAN_PARENT_SELF);
        fan_schedule_add(schedule, subfile, fan_group_owner(shape, 0, subfile), FAN_EDGE_SCATTER);
    } else if (phase == FAN_PHASE_SERVE) {
        serve(shape, subfile, place, schedule);
    } else {
        receive(shape, subfile, place, schedule);
    }
}

/* Longest way from group 0 in the heap of the primary groups, in groups. */
static int tree_hops(const fan_shape *shape)
{
    int hops = 0;
    if (shape->branching == 1)
        return fan_primary_groups(shape) - 1;
    for (int group = fan_primary_groups(shape) - 1; group > 0;
         group = (group - 1) / shape->branching)
        hops++;
    return hops;
}

/*
 * Links are shared equally by the messages on them (TCP connections, queue pairs, SimGrid's flows),
 * so what a member forwards is as late as what it exchanges: a group costs as many chunk times as a
 * member has edges, and a chain of groups about as many as there are recipients. A member with b
 * children sends (k - 1 + b) / k of the data. A secondary group takes all the data anew.
 */
fan_cost fan_group_cost(const fan_shape *shape)
{
    int k = shape->group_size;
    int primary = fan_primary_groups(shape);
    int hops = tree_hops(shape);
    int b = hops > 0 ? MIN(shape->branching, primary - 1) : 1;
    int generations = (fan_groups(shape) - 1) / primary;
    double edges = k - 1.0 + b;
    double fill =
        b == 1 ? 1.3 * (MIN(primary * k, shape->recipients) - 1) : 1.1 * edges * (hops + 1);
    return (fan_cost){
        .rounds = MAX(1.0, edges / k) + generations,
        .fill = fill + (double)generations * (k - 1),
        .hops = 1 + 2.0 * (hops + (k > 1) + generations),
        .skew = k > 1 ? 2 : 1,
    };
}
