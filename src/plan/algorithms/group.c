/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The group algorithm: the root scatters different subfiles to the first group, the members of a
 * group exchange them, and slot i of a group forwards subfile i to slot i of the groups below.
 */
#include "plan/algorithms/algorithms.h"
#include "plan/algorithms/groups.h"

#include <math.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

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

static void add_forwards(const fan_shape *shape, int class, int group, fan_phase phase,
                         fan_schedule *schedule)
{
    int first, end;
    fan_group_children(shape, group, phase, &first, &end);
    for (int child = first; child < end; child++)
        fan_schedule_add(schedule, class, fan_group_owner(shape, child, class), FAN_EDGE_FORWARD);
}

static void serve(const fan_shape *shape, int class, int place, fan_schedule *schedule)
{
    int group = place / shape->group_size;
    if (place != fan_group_owner(shape, group, class))
        return;
    int first, end;
    fan_group_children(shape, group, FAN_PHASE_SERVE, &first, &end);
    if (first == end)
        return;
    fan_schedule_begin(schedule, class, FAN_PARENT_SELF);
    add_forwards(shape, class, group, FAN_PHASE_SERVE, schedule);
}

static int parent_of_owner(const fan_shape *shape, int group, int class)
{
    int parent = fan_group_parent(shape, group);
    return parent == FAN_PLACE_ROOT ? FAN_PLACE_ROOT : fan_group_owner(shape, parent, class);
}

static void receive(const fan_shape *shape, int class, int place, fan_schedule *schedule)
{
    int group = place / shape->group_size;
    int feeder = parent_of_owner(shape, group, class);
    fan_forest forest = fan_group_forest(shape, group);
    if (forest.nodes < shape->group_size) { /* it is the last group and feeds none */
        fan_forest_role(&forest, class, feeder, place, schedule);
        return;
    }
    int owner = fan_group_owner(shape, group, class);
    if (place != owner) {
        fan_schedule_begin(schedule, class, owner);
        return;
    }
    fan_schedule_begin(schedule, class, feeder);
    add_forwards(shape, class, group, FAN_PHASE_RECEIVE, schedule);
    fan_group_add_peers(shape, class, place, schedule);
}

void fan_group_role(const fan_shape *shape, int class, int place, fan_phase phase,
                    fan_schedule *schedule)
{
    if (place == FAN_PLACE_ROOT) {
        if (phase == FAN_PHASE_SERVE)
            return;
        fan_schedule_begin(schedule, class, FAN_PARENT_SELF);
        fan_schedule_add(schedule, class, fan_group_owner(shape, 0, class), FAN_EDGE_SCATTER);
    } else if (phase == FAN_PHASE_SERVE) {
        serve(shape, class, place, schedule);
    } else {
        receive(shape, class, place, schedule);
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

/* A way that the last chunk goes: messages in a row, and chunks that are sent before it on the way. */
typedef struct way {
    double hops, fill;
} way;

static way longer(way a, way b, double hop)
{
    return a.hops * hop + a.fill > b.hops * hop + b.fill ? a : b;
}

/*
 * Down a chain of groups to the owners in `group`. From the second hop on, forwarded chunks meet exchanged
 * ones on their way in, and a hop costs more than the one chunk that is forwarded.
 */
static way down_the_chain(int k, int group)
{
    double late_hop = k <= 2 ? 1 : 1.2 + log2(k) / 2;
    return (way){group + 1, MIN(group, 1) + MAX(0, group - 1) * late_hop};
}

/* From the owner to all members of a full group. What it forwards goes first. */
static way through_exchange(int k, int group, bool forwards)
{
    way w = down_the_chain(k, group);
    if (k > 1) {
        w.hops++;
        w.fill += k - 1 + forwards;
    }
    return w;
}

/* A short last group: members that own several subfiles each, or where that loads them too much, trees. */
static way through_short_group(int k, int group, int members)
{
    way w = down_the_chain(k, group);
    int owned = (k - 1) / members + 1;
    if (members == 1)
        return w;
    w.hops++;
    w.fill += MIN((double)owned * (members - 1), 1.4 * k);
    return w;
}

static way down_and_through(const fan_shape *shape, int groups, double hop)
{
    int k = shape->group_size;
    int last = groups - 1;
    int members = fan_group_members(shape, last);
    if (members == k)
        return through_exchange(k, last, false);
    return longer(through_exchange(k, last - 1, true), through_short_group(k, last, members), hop);
}

/*
 * A member with b children sends (k - 1 + b) / k of the data; with b > 1 each hop adds the b messages
 * that leave before the next hop can begin. A secondary group takes all the data anew.
 */
fan_cost fan_group_cost(const fan_shape *shape, double hop)
{
    int k = shape->group_size;
    int primary = fan_primary_groups(shape);
    int hops = tree_hops(shape);
    int b = hops > 0 ? MIN(shape->branching, primary - 1) : 1;
    int generations = (fan_groups(shape) - 1) / primary;
    way w = {hops + 1 + (k > 1), (double)b * hops + (k - 1)};
    if (b == 1)
        w = down_and_through(shape, primary, hop);
    return (fan_cost){
        .rounds = MAX(1.0, (k - 1.0 + b) / k) + generations,
        .fill = w.fill + (double)generations * (k - 1),
        .hops = w.hops + 2.0 * generations,
        .skew = k > 1 ? 2 : 1,
    };
}
