/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file groups.h  Groups of k recipients in a row of places, the last one perhaps short.
 *
 * Source of the method: L. Cherkasova and J. Lee, "FastReplica: Efficient Large File Distribution
 * within Content Delivery Networks", USITS 2003, and its multicast form for larger groups.
 */
#ifndef FAN_PLAN_GROUPS_H
#define FAN_PLAN_GROUPS_H

#include "plan/algorithms/trees.h"
#include "plan/schedule/schedule.h"
#include "plan/schedule/shape.h"

/** Number of groups, and of those in the primary tree. */
int fan_groups(const fan_shape *shape);
int fan_primary_groups(const fan_shape *shape);

/** First place of a group and its number of members. */
int fan_group_first(const fan_shape *shape, int group);
int fan_group_members(const fan_shape *shape, int group);

/** Its places as a forest, which a short group is. */
fan_forest fan_group_forest(const fan_shape *shape, int group);

/**
 * The place that owns subfile `subfile` in `group`: that which receives it from outside. Slot i
 * owns subfile i; in a short group, which only the last can be, a member may own several subfiles.
 */
int fan_group_owner(const fan_shape *shape, int group, int subfile);

/** The group that feeds `group` (FAN_PLACE_ROOT for the first). */
int fan_group_parent(const fan_shape *shape, int group);

/**
 * The groups that `group` feeds in `phase`: [*first, *end).
 */
void fan_group_children(const fan_shape *shape, int group, fan_phase phase, int *first, int *end);

/** Add forward edges to the owners of `subfile` in the groups that `group` feeds in `phase`. */
void fan_group_add_forwards(const fan_shape *shape, int subfile, int group, fan_phase phase,
                            fan_schedule *schedule);

/** Add exchange edges from `place` to all other members of its group, which is not short. */
void fan_group_add_peers(const fan_shape *shape, int subfile, int place, fan_schedule *schedule);

#endif
