/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/algorithms/groups.h"

#include <stdint.h>
#include <sys/param.h>

int fan_groups(const fan_shape *shape)
{
    return (shape->recipients - 1) / shape->group_size + 1;
}

int fan_primary_groups(const fan_shape *shape)
{
    return fan_groups(shape) - shape->secondary_groups;
}

int fan_group_first(const fan_shape *shape, int group)
{
    return group * shape->group_size;
}

int fan_group_members(const fan_shape *shape, int group)
{
    return MIN(shape->group_size, shape->recipients - fan_group_first(shape, group));
}

fan_forest fan_group_forest(const fan_shape *shape, int group)
{
    return (fan_forest){.base = fan_group_first(shape, group),
                        .nodes = fan_group_members(shape, group),
                        .k = shape->group_size};
}

int fan_group_owner(const fan_shape *shape, int group, int subfile)
{
    fan_forest forest = fan_group_forest(shape, group);
    return fan_forest_top(&forest, subfile);
}

int fan_group_parent(const fan_shape *shape, int group)
{
    if (group == 0)
        return FAN_PLACE_ROOT;
    int primary = fan_primary_groups(shape);
    return group < primary ? (group - 1) / shape->branching : group - primary;
}

/*
 * The primary tree is numbered as a heap with `branching` children. Each group, of either tree,
 * serves the secondary group that lies as far behind it as there are primary groups.
 */
void fan_group_children(const fan_shape *shape, int group, fan_phase phase, int *first, int *end)
{
    int primary = fan_primary_groups(shape);
    if (phase == FAN_PHASE_SERVE) {
        *first = MIN(group + primary, fan_groups(shape));
        *end = MIN(*first + 1, fan_groups(shape));
    } else if (group >= primary) {
        *first = *end = 0;
    } else {
        int64_t wide_first = (int64_t)group * shape->branching + 1;
        *first = (int)MIN(wide_first, primary);
        *end = (int)MIN(wide_first + shape->branching, primary);
    }
}

void fan_group_add_forwards(const fan_shape *shape, int subfile, int group, fan_phase phase,
                            fan_schedule *schedule)
{
    int first, end;
    fan_group_children(shape, group, phase, &first, &end);
    for (int child = first; child < end; child++)
        fan_schedule_add(schedule, subfile, fan_group_owner(shape, child, subfile),
                         FAN_EDGE_FORWARD);
}

void fan_group_add_peers(const fan_shape *shape, int subfile, int place, fan_schedule *schedule)
{
    int group = place / shape->group_size;
    int first = fan_group_first(shape, group);
    fan_schedule_add_others(schedule, subfile, first, fan_group_members(shape, group),
                            place - first);
}
