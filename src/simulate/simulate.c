/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "simulate/simulate.h"

#include "engine/engine.h"
#include "simulate/network.h"

#include <stdint.h>
#include <stdlib.h>

/* A node receives, and then may serve secondary groups. */
typedef struct actor {
    fan_schedule schedule;
    fan_engine *engine; /* NULL: has finished */
    fan_phase phase;
} actor;

typedef struct stage {
    const fan_plan *plan;
    fan_network *network;
    actor *actors; /* [plan->nodes] */
    int unfinished;
    fan_simulated result;
} stage;

/* Engines that hold all data in place never touch it; the transport does not, either. */
static void *no_memory(void)
{
    return (void *)(uintptr_t)1;
}

static void leave(actor *a)
{
    fan_engine_free(a->engine);
    fan_schedule_free(&a->schedule);
    a->engine = NULL;
}

static fan_status enter(stage *s, int node, fan_phase phase)
{
    const fan_plan *plan = s->plan;
    actor *a = &s->actors[node];
    a->phase = phase;
    fan_status status = fan_plan_schedule(plan, node, phase, &a->schedule);
    if (status != FAN_OK)
        return status;
    if (phase == FAN_PHASE_SERVE && a->schedule.edge_count == 0)
        return FAN_OK;
    fan_engine_config config = {.schedule = &a->schedule,
                                .layout = plan->layout,
                                .slots = fan_plan_engine_slots(plan),
                                .sends = plan->sends,
                                .child_sends = plan->child_sends,
                                .synchronous = true,
                                .overlap = plan->overlap,
                                .store = {.base = no_memory()},
                                .transport = fan_network_transport(s->network, node)};
    return fan_engine_create(&config, &a->engine);
}

static void note_end(stage *s, int node)
{
    s->result.seconds = fan_network_time(s->network);
    if (!fan_plan_ends_late(s->plan, node))
        s->result.others = s->result.seconds;
}

/* Go on until all that there is to do without waiting is done. */
static fan_status run(stage *s, int node)
{
    actor *a = &s->actors[node];
    if (a->engine == NULL)
        return FAN_OK;
    fan_status status = FAN_OK;
    for (int round = 0; round < 2 && status == FAN_OK && !fan_engine_finished(a->engine); round++)
        status = fan_engine_progress(a->engine, false);
    if (status != FAN_OK || !fan_engine_finished(a->engine))
        return status;
    leave(a);
    if (a->phase == FAN_PHASE_RECEIVE) {
        status = enter(s, node, FAN_PHASE_SERVE);
        if (a->engine != NULL)
            return run(s, node);
    }
    leave(a);
    s->unfinished--;
    note_end(s, node);
    return status;
}

static fan_status play(stage *s)
{
    fan_status status = FAN_OK;
    for (int node = 0; status == FAN_OK && node < s->plan->nodes; node++)
        status = enter(s, node, FAN_PHASE_RECEIVE);
    for (int node = 0; status == FAN_OK && node < s->plan->nodes; node++)
        status = run(s, node);
    for (int node;
         status == FAN_OK && s->unfinished > 0 && (node = fan_network_step(s->network)) != -2;)
        if (node >= 0)
            status = run(s, node);
    if (status == FAN_OK && s->unfinished > 0)
        return fan_fail(FAN_ERR_ARGUMENT, "%d nodes wait forever", s->unfinished);
    return status;
}

static void slow_down(const stage *s)
{
    const fan_order *order = s->plan->order;
    for (int node = 0; order != NULL && node < s->plan->nodes; node++)
        if (fan_order_is_slow(order, node))
            fan_network_set_speed(s->network, node, order->slowest);
}

fan_status fan_simulate(const fan_plan *plan, const fan_model *model, fan_simulated *result)
{
    stage s = {.plan = plan, .unfinished = plan->nodes};
    int slots = (int)fan_plan_engine_slots(plan) + plan->sends;
    s.network = fan_network_create(plan->nodes, plan->layout.subfiles, slots, model);
    s.actors = calloc((size_t)plan->nodes, sizeof *s.actors);
    fan_status status = FAN_OK;
    if (s.network == NULL || s.actors == NULL)
        status = fan_fail(FAN_ERR_MEMORY, "no memory to simulate %d nodes", plan->nodes);
    else
        slow_down(&s);
    if (status == FAN_OK)
        status = play(&s);
    *result = s.result;
    for (int node = 0; s.actors != NULL && node < plan->nodes; node++)
        leave(&s.actors[node]);
    free(s.actors);
    fan_network_free(s.network);
    return status;
}
