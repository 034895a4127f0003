/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Group to group over every member: owner i of a group sends subfile i to every member of the
 * groups below, which therefore need no exchange of their own. Only the first group exchanges.
 */
#include "config.h"

#include "plan/algorithms/algorithms.h"
#include "plan/algorithms/groups.h"

/* Forwards first: with them, others can begin to send. */
static void feed_children(const fan_shape *shape, int subfile, int group, fan_phase phase,
                          fan_schedule *schedule)
{
    int first, end;
    fan_group_children(shape, group, phase, &first, &end);
    fan_group_add_forwards(shape, subfile, group, phase, schedule);
    for (int child = first; child < end; child++) {
        int start = fan_group_first(shape, child);
        fan_schedule_add_others(schedule, subfile, start, fan_group_members(shape, child),
                                fan_group_owner(shape, child, subfile) - start);
    }
}

static void serve(const fan_shape *shape, int subfile, int place, fan_schedule *schedule)
{
    int group = place / shape->group_size;
    int first, end;
    fan_group_children(shape, group, FAN_PHASE_SERVE, &first, &end);
    if (place != fan_group_owner(shape, group, subfile) || first == end)
        return;
    fan_schedule_begin(schedule, subfile, FAN_PARENT_SELF);
    feed_children(shape, subfile, group, FAN_PHASE_SERVE, schedule);
}

static void receive(const fan_shape *shape, int subfile, int place, fan_schedule *schedule)
{
    int group = place / shape->group_size;
    int owner = fan_group_owner(shape, group, subfile);
    if (group > 0)
        fan_schedule_begin(schedule, subfile,
                           fan_group_owner(shape, fan_group_parent(shape, group), subfile));
    else
        fan_schedule_begin(schedule, subfile, place == owner ? FAN_PLACE_ROOT : owner);
    if (place != owner)
        return;
    feed_children(shape, subfile, group, FAN_PHASE_RECEIVE, schedule);
    if (group == 0)
        fan_group_add_peers(shape, subfile, place, schedule);
}

void fan_full_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                   fan_schedule *schedule)
{
    if (place == FAN_PLACE_ROOT)
        fan_group_role(shape, subfile, place, phase, schedule);
    else if (phase == FAN_PHASE_SERVE)
        serve(shape, subfile, place, schedule);
    else
        receive(shape, subfile, place, schedule);
}

/* As the group algorithm, but a member of the first group sends (k - 1) / k + b of the data. */
fan_cost fan_full_cost(const fan_shape *shape)
{
    fan_cost cost = fan_group_cost(shape);
    int k = shape->group_size;
    if (fan_primary_groups(shape) > 1)
        cost.rounds += (shape->branching - 1.0) * (k - 1.0) / k + (k - 1.0) / k;
    cost.fill += (k - 1.0) * (fan_primary_groups(shape) - 1);
    return cost;
}
