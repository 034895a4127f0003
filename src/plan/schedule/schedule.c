/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/schedule.h"

#include "base/spare/spare.h"

fan_status fan_schedule_init(fan_schedule *schedule, int node, int subfiles)
{
    *schedule = (fan_schedule){.node = node, .subfiles = subfiles};
    schedule->roles = fan_spare_malloc((size_t)subfiles * sizeof *schedule->roles);
    if (schedule->roles == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the schedule of node %d", node);
    for (int subfile = 0; subfile < subfiles; subfile++)
        schedule->roles[subfile] = (fan_role){.parent = FAN_PARENT_ABSENT};
    return FAN_OK;
}

void fan_schedule_free(fan_schedule *schedule)
{
    fan_spare_free(schedule->roles);
    fan_spare_free(schedule->edges);
    *schedule = (fan_schedule){.node = schedule->node};
}

void fan_schedule_begin(fan_schedule *schedule, int subfile, int parent)
{
    schedule->roles[subfile] = (fan_role){.parent = parent, .first = schedule->edge_count};
}

void fan_schedule_add(fan_schedule *schedule, int subfile, int peer, fan_edge_kind kind)
{
    if (!fan_spare_reserve(&schedule->edges, &schedule->edge_room, (size_t)schedule->edge_count + 1,
                           sizeof *schedule->edges)) {
        schedule->out_of_memory = true;
        return;
    }
    schedule->edges[schedule->edge_count++] = (fan_edge){.peer = peer, .kind = kind};
    schedule->roles[subfile].children++;
}

/* The remainder, never negative. */
static int modulo(int a, int n)
{
    return (a % n + n) % n;
}

/*
 * To whom member `slot` sends at `time`: an idempotent Latin square, the cyclic one (2 slot - time)
 * for an odd number of members, and for an even one its prolongation along the transversal time =
 * slot + 1 (J. Denes and A. D. Keedwell, "Latin Squares and their Applications", 1974, section
 * 1.4).
 */
static int receiver_at(int members, int slot, int time)
{
    if (members % 2 == 1)
        return modulo(2 * slot - time, members);
    int odd = members - 1;
    if (slot == odd)
        return modulo(time - 2, odd);
    if (time == odd)
        return modulo(slot - 1, odd);
    return time == (slot + 1) % odd ? odd : modulo(2 * slot - time, odd);
}

void fan_schedule_add_others(fan_schedule *schedule, int subfile, int first, int members, int slot)
{
    for (int step = 1; step < members; step++) {
        int time = (slot + step) % members;
        int other = members == 2 ? 1 - slot : receiver_at(members, slot, time);
        fan_schedule_add(schedule, subfile, first + other, FAN_EDGE_EXCHANGE);
    }
}

void fan_schedule_rename(fan_schedule *schedule, int (*name)(const void *state, int node),
                         const void *state)
{
    schedule->node = name(state, schedule->node);
    for (int subfile = 0; subfile < schedule->subfiles; subfile++) {
        int *parent = &schedule->roles[subfile].parent;
        if (*parent != FAN_PARENT_SELF && *parent != FAN_PARENT_ABSENT)
            *parent = name(state, *parent);
    }
    for (int i = 0; i < schedule->edge_count; i++)
        schedule->edges[i].peer = name(state, schedule->edges[i].peer);
}
