/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/plan.h"

#include "plan/algorithms/algorithms.h"

#include <sys/param.h>

int fan_plan_node(const fan_plan *plan, int place)
{
    if (place == FAN_PLACE_ROOT)
        return plan->root;
    if (plan->order != NULL)
        return fan_order_node(plan->order, plan->root, plan->tail, place);
    return place < plan->root ? place : place + 1;
}

int fan_plan_place(const fan_plan *plan, int node)
{
    if (node == plan->root)
        return FAN_PLACE_ROOT;
    if (plan->order != NULL)
        return fan_order_place(plan->order, plan->root, plan->tail, node);
    return node < plan->root ? node : node - 1;
}

bool fan_plan_has_secondary(const fan_plan *plan)
{
    return plan->shape.secondary_groups > 0;
}

int fan_plan_server(const fan_plan *plan)
{
    return plan->shape.recipients - 1;
}

bool fan_plan_ends_late(const fan_plan *plan, int node)
{
    return plan->served > 0 && fan_plan_place(plan, node) >= fan_plan_server(plan);
}

/* What nobody else knows of: the last recipient of the shape sends to those behind it, too. */
static void add_served(const fan_plan *plan, int subfile, int place, fan_schedule *schedule)
{
    int server = fan_plan_server(plan);
    if (place > server)
        fan_schedule_begin(schedule, subfile, server);
    for (int i = 1; place == server && i <= plan->served; i++)
        fan_schedule_add(schedule, subfile, server + i, FAN_EDGE_EXCHANGE);
}

static void set_role(const fan_plan *plan, int subfile, int place, fan_phase phase,
                     fan_schedule *schedule)
{
    if (place < plan->shape.recipients)
        fan_algorithms[plan->algorithm].role(&plan->shape, subfile, place, phase, schedule);
    if (phase == FAN_PHASE_RECEIVE)
        add_served(plan, subfile, place, schedule);
}

/* Algorithms speak of places; schedules of nodes. */
static int node_at(const void *plan, int place)
{
    return fan_plan_node(plan, place);
}

static void read_for_oneself(const fan_plan *plan, fan_schedule *schedule)
{
    for (int subfile = 0; subfile < schedule->subfiles; subfile++)
        if (schedule->roles[subfile].parent == plan->root)
            schedule->roles[subfile].parent = FAN_PARENT_SELF;
}

fan_status fan_plan_schedule(const fan_plan *plan, int node, fan_phase phase,
                             fan_schedule *schedule)
{
    fan_status status = fan_schedule_init(schedule, node, plan->layout.subfiles);
    if (status != FAN_OK)
        return status;
    if (plan->nodes == 1) {
        if (phase == FAN_PHASE_RECEIVE)
            fan_schedule_begin(schedule, 0, FAN_PARENT_SELF);
        return FAN_OK;
    }
    int place = fan_plan_place(plan, node);
    for (int subfile = 0; subfile < schedule->subfiles; subfile++)
        set_role(plan, subfile, place, phase, schedule);
    if (schedule->out_of_memory) {
        fan_schedule_free(schedule);
        return fan_fail(FAN_ERR_MEMORY, "no memory for the schedule of node %d", node);
    }
    schedule->node = place;
    fan_schedule_rename(schedule, node_at, plan);
    if (plan->shared_source)
        read_for_oneself(plan, schedule);
    return FAN_OK;
}

int64_t fan_plan_slots(const fan_plan *plan)
{
    return (int64_t)plan->window * plan->layout.subfiles;
}

int64_t fan_plan_engine_slots(const fan_plan *plan)
{
    int64_t chunks = fan_layout_chunks(&plan->layout);
    int64_t window = fan_plan_slots(plan);
    return plan->overlap ? MIN(window, chunks) : chunks;
}
