/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/delivery.h"

#include "base/spare/spare.h"
#include "comm/ulfm/ulfm.h"
#include "engine/mpi/mpi_wait.h"
#include "lib/deliver/decision.h"
#include "lib/deliver/memory.h"
#include "lib/deliver/request.h"
#include "lib/deliver/stalled.h"
#include "lib/record/recorder.h"
#include "lib/state/death.h"
#include "lib/state/errors.h"
#include "lib/state/tell.h"
#include "plan/explain.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/param.h>

enum { MOST_SLOTS = 1 << 24 };

/* ---- plans ---- */

/* What runs beside other broadcasts is not recorded: in a trace they follow each other. */
static fan_trace *trace_of(const fan_delivery_task *task)
{
    return task->lane == &task->state->lane ? task->state->trace : NULL;
}

static int speaker(const void *state, int node)
{
    const fan_delivery_task *task = state;
    return fan_node_map_speaker(&task->state->map, node, task->root);
}

/* Plans speak of nodes; messages go to the ranks that speak for them. */
static fan_status make_schedule(const fan_delivery_task *task, const fan_plan *plan,
                                fan_phase phase, fan_schedule *schedule)
{
    int node = task->state->map.node_of[task->state->rank];
    fan_status status = fan_plan_schedule(plan, node, phase, schedule);
    if (status == FAN_OK)
        fan_schedule_rename(schedule, speaker, task);
    return status;
}

/* The storage counts as one more node. */
static fan_status plan_for_shared_source(fan_plan_request *request, fan_planned *planned)
{
    request->shared_source = true;
    request->root = request->nodes++;
    if (request->order == NULL)
        return FAN_OK;
    planned->order = fan_order_add_storage(request->order);
    if (planned->order == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the order of %d nodes", request->nodes);
    request->order = planned->order;
    return FAN_OK;
}

static bool has_shared_source(const fan_delivery_task *task)
{
    return task->bounded && task->bytes != FAN_UNKNOWN_LENGTH && task->params->shared_source;
}

static fan_status make_plan(const fan_delivery_task *task, fan_planned *planned)
{
    if (planned->made && planned->bytes == task->bytes && planned->root == task->root)
        return FAN_OK;
    fan_planned_forget(planned);
    fan_plan_request request = fan_delivery_request(task->state, task->bytes, task->root);
    request.bounded = task->bounded;
    request.parts = task->parts;
    fan_status status =
        has_shared_source(task) ? plan_for_shared_source(&request, planned) : FAN_OK;
    if (status != FAN_OK)
        return status;
    planned->plan = fan_plan_choose(&request, task->params);
    status = make_schedule(task, &planned->plan, FAN_PHASE_RECEIVE, &planned->schedule);
    if (status != FAN_OK)
        return status;
    planned->bytes = task->bytes;
    planned->root = task->root;
    planned->made = true;
    return FAN_OK;
}

/* ---- a phase of messages ---- */

/* All nodes must get the same answer. */
static fan_status window_slots(const fan_plan *plan, int64_t *slots)
{
    *slots = fan_plan_engine_slots(plan);
    if (*slots > MOST_SLOTS)
        return fan_fail(FAN_ERR_ARGUMENT,
                        "a window of %lld chunks is too large; make FANOUT_CHUNK_BYTES larger",
                        (long long)*slots);
    return FAN_OK;
}

/* Nobody else can be told. */
static fan_status must(fan_status status)
{
    if (status == FAN_ERR_MEMORY)
        fan_error_abort();
    return status;
}

static fan_status begin_phase(fan_delivery *d, const fan_schedule *schedule, const fan_store *store)
{
    const fan_plan *plan = &d->chosen->plan;
    fan_engine_config config = {.schedule = schedule,
                                .layout = plan->layout,
                                .sends = plan->sends,
                                .child_sends = plan->child_sends,
                                .synchronous = fan_delivery_is_synchronous(d->task.state, plan),
                                .overlap = plan->overlap,
                                .store = *store,
                                .cells = d->task.cells,
                                .trace = trace_of(&d->task)};
    fan_status status = window_slots(plan, &config.slots);
    if (status != FAN_OK)
        return status;
    status = fan_mpi_transport_init(&d->transport, d->task.state->comm, (int)config.slots,
                                    plan->sends, d->task.lane->first_tag, plan->layout.subfiles);
    if (status != FAN_OK)
        return status;
    config.transport = fan_mpi_transport_interface(&d->transport);
    status = fan_engine_create(&config, &d->engine);
    if (status != FAN_OK)
        fan_mpi_transport_free(&d->transport);
    return status;
}

static void tell_length(fan_delivery *d, int64_t length)
{
    d->length = length;
    fan_trace_length(trace_of(&d->task), length);
    if (d->task.length != NULL)
        *d->task.length = length;
}

static void find_all(const fan_delivery *d)
{
    if (d->task.salvage != NULL)
        d->task.salvage->found(d->task.salvage->state, 0, d->task.bytes);
}

/* Who serves others has all. */
static void salvage(const fan_delivery *d)
{
    if (d->serves)
        find_all(d);
    else if (d->task.salvage != NULL)
        fan_engine_salvage(d->engine, &d->task.store, d->task.salvage);
}

/* Messages that are on their way may still touch the cells of the engine. */
static void release_engine(fan_delivery *d)
{
    if (d->status != FAN_OK)
        salvage(d);
    if (fan_mpi_transport_free(&d->transport)) {
        fan_engine_free(d->engine);
    } else {
        fan_engine_abandon(d->engine);
        d->task.cells = NULL;
    }
    d->engine = NULL;
}

static void end_phase(fan_delivery *d)
{
    if (d->status == FAN_OK)
        d->status = fan_engine_result(d->engine);
    tell_length(d, fan_engine_length(d->engine));
    release_engine(d);
}

/* After full receipt a node may feed secondary groups, from the data that it now has. */
static void begin_serving(fan_delivery *d)
{
    d->serves = true;
    if (trace_of(&d->task) != NULL)
        trace_of(&d->task)->serving = true;
    d->status = must(make_schedule(&d->task, &d->chosen->plan, FAN_PHASE_SERVE, &d->serving));
    fan_store source = {.base = d->outer.base, .fill = d->outer.fill, .state = d->outer.state};
    if (d->status == FAN_OK && d->serving.edge_count > 0)
        d->status = must(begin_phase(d, &d->serving, &source));
}

static void begin_messages(fan_delivery *d)
{
    fan_planned *planned = d->task.planned != NULL ? d->task.planned : &d->own;
    d->uses_messages = true;
    d->outer = d->relays
                   ? fan_relay_begin(&d->relay, &d->task.node->ring, &d->task.store, d->task.bytes)
                   : d->task.store;
    d->status = must(make_plan(&d->task, planned));
    d->chosen = planned;
    if (d->status != FAN_OK)
        return;
    fan_decision_record(trace_of(&d->task), &d->chosen->plan);
    d->status = must(begin_phase(d, &planned->schedule, &d->outer));
}

/* After these others of the node run into the same by themselves, or take nothing for ever. */
static bool is_given_up(const fan_delivery *d)
{
    return d->status == FAN_ERR_TIMEOUT || d->status == FAN_ERR_DIED;
}

/* The piece by which fan_relay_end tells the node how it ended. Who must not wait comes again. */
static bool can_close_ring(const fan_delivery *d)
{
    return !d->relays || is_given_up(d) || fan_ring_has_room(&d->task.node->ring, 1);
}

static void progress_messages(fan_delivery *d, bool block)
{
    if (d->engine != NULL) {
        if (d->status == FAN_OK)
            d->status =
                fan_death_recognise(d->task.state->comm, fan_engine_progress(d->engine, block));
        if (d->status == FAN_OK && !fan_engine_finished(d->engine))
            return;
        end_phase(d);
    }
    if (d->status == FAN_OK && !d->serves && fan_plan_has_secondary(&d->chosen->plan))
        begin_serving(d);
    d->finished = d->engine == NULL && (block || can_close_ring(d));
}

/* ---- memory for a stream ---- */

static bool is_speaker(const fan_delivery_task *task)
{
    const fan_comm_state *state = task->state;
    return state->map.nodes > 1 && speaker(task, state->map.node_of[state->rank]) == state->rank;
}

fan_status fan_delivery_take_cells(fan_delivery_task *task)
{
    int64_t slots, each;
    if (task->state->map.nodes == 1)
        return FAN_OK;
    fan_status status = must(make_plan(task, task->planned));
    if (status == FAN_OK)
        status = window_slots(&task->planned->plan, &slots);
    if (status != FAN_OK)
        return status;
    each = fan_engine_cell_bytes(&task->planned->plan.layout);
    if (fan_memory_may_be_spare((size_t)(slots * each)))
        return FAN_OK;
    bool has_engine = task->node == NULL || is_speaker(task);
    task->cells = has_engine ? fan_cells_make(slots, each) : NULL;
    status = fan_memory_agree(task->state, (size_t)(slots * each), has_engine && !task->cells,
                              "a window; make FANOUT_WINDOW or FANOUT_CHUNK_BYTES smaller");
    if (status != FAN_OK)
        fan_cells_leave(task->cells);
    return status;
}

/* ---- messages or memory ---- */

/* A rank that only reads from memory needs no plan, but it may be the one that writes the trace. */
static void describe_to_reader(fan_delivery *d)
{
    fan_planned *planned = d->task.planned != NULL ? d->task.planned : &d->own;
    if (trace_of(&d->task) == NULL || d->task.state->map.nodes == 1 ||
        make_plan(&d->task, planned) != FAN_OK)
        return;
    d->chosen = planned;
    fan_decision_record(trace_of(&d->task), &d->chosen->plan);
}

static void begin_memory(fan_delivery *d)
{
    const fan_node_map *map = &d->task.state->map;
    int rank = d->task.state->rank, writer = speaker(&d->task, map->node_of[rank]);
    fan_ring *ring = &d->task.node->ring;
    if (writer != rank)
        fan_ring_follow(ring, fan_node_map_domain(map, writer));
    fan_stage_begin(&d->stage, ring, &d->task.store, d->task.bytes, writer == rank, rank);
    describe_to_reader(d);
    if (writer != rank)
        d->reading = fan_trace_begin(trace_of(&d->task),
                                     (fan_transfer){.kind = FAN_TRANSFER_MEMORY, .peer = writer});
}

static double timeout_of(const fan_delivery *d)
{
    return d->task.params->timeout;
}

/* Whoever is waited for may have given up, stopped or died. */
static bool is_watched(const fan_delivery *d)
{
    return timeout_of(d) > 0 || fan_ulfm_is_on();
}

static fan_status look_for_failure(const fan_delivery *d)
{
    const fan_comm_state *state = d->task.state;
    if (fan_ulfm_is_broken(state->comm))
        return fan_fail(FAN_ERR_DIED, "a rank has died");
    if (atomic_load(&state->channel->broken))
        return fan_fail(FAN_ERR_TIMEOUT, "an earlier broadcast of these ranks has failed");
    return FAN_OK;
}

void fan_delivery_begin(fan_delivery *d, const fan_delivery_task *task)
{
    *d = (fan_delivery){.task = *task};
    d->reading = FAN_NO_TRANSFER;
    d->begun = fan_tell_begin(task->state);
    d->relays = task->node != NULL && is_speaker(task);
    d->status = look_for_failure(d);
    if (d->status != FAN_OK) {
        d->uses_messages = true;
        d->relays = false;
        d->finished = true;
        return;
    }
    fan_trace_broadcast(trace_of(task), task->root, task->bytes);
    if (task->node == NULL || d->relays)
        begin_messages(d);
    else
        begin_memory(d);
}

static void progress_memory(fan_delivery *d, bool block)
{
    while (!d->stage.finished && (block || fan_stage_is_ready(&d->stage)))
        fan_stage_step(&d->stage);
    d->finished = d->stage.finished;
    if (!d->finished)
        return;
    tell_length(d, fan_stage_length(&d->stage));
    fan_trace_end(trace_of(&d->task), d->reading, d->stage.done);
    fan_trace_complete(trace_of(&d->task));
}

/* ---- stalled ---- */

/* The reason has been recorded. */
static void abandon(fan_delivery *d)
{
    const fan_comm_state *state = d->task.state;
    bool writes = d->stage.writes || d->relays;
    bool waits_for_ring = d->uses_messages && d->engine == NULL && d->status == FAN_OK;
    int writer = writes ? state->rank : speaker(&d->task, state->map.node_of[state->rank]);
    d->status = fan_fail_status();
    if (d->status == FAN_ERR_TIMEOUT)
        fan_stalled_explain(state, d->engine, writer, timeout_of(d));
    if (d->engine != NULL)
        release_engine(d);
    if (waits_for_ring)
        find_all(d);
    d->finished = true;
}

static void watch(fan_delivery *d, bool block)
{
    int64_t steps = d->engine != NULL ? fan_engine_steps(d->engine) : d->stage.done;
    if (steps != d->steps) {
        d->steps = steps;
        d->patience = (fan_comm_patience){0};
    } else if (fan_comm_is_out_of_patience(&d->patience,
                                           fan_comm_state_bound(d->task.state, timeout_of(d)))) {
        abandon(d);
    } else {
        /* As in ring.c: who waits for memory sees to messages, too. Only MPI tells of deaths. */
        if (d->engine == NULL && (block || fan_ulfm_is_on()))
            fan_mpi_progress(NULL);
        if (block)
            sched_yield();
    }
}

void fan_delivery_progress(fan_delivery *d, bool block)
{
    bool is_bounded = is_watched(d);
    if (d->finished)
        return;
    if (d->uses_messages)
        progress_messages(d, block && !is_bounded);
    else
        progress_memory(d, block && !is_bounded);
    if (is_bounded && !d->finished)
        watch(d, block);
}

static fan_status end_memory(fan_delivery *d)
{
    if (d->task.salvage != NULL)
        fan_stage_salvage(&d->stage, d->task.salvage);
    fan_status status = fan_stage_end(&d->stage);
    fan_planned_forget(&d->own);
    return is_given_up(d) ? d->status : status;
}

static fan_status end_messages(fan_delivery *d)
{
    if (d->relays && !is_given_up(d))
        d->status = fan_relay_end(&d->relay, d->status, d->task.state->rank);
    fan_schedule_free(&d->serving);
    fan_planned_forget(&d->own);
    return d->status;
}

/* The trace says of its largest broadcast why it was done so. Not before others have it. */
static void explain(const fan_delivery *d)
{
    fan_recorder *recorder = trace_of(&d->task) == NULL ? NULL : d->task.state->recorder;
    fan_planned *planned = d->task.planned;
    if (recorder == NULL || planned == NULL || !fan_recorder_lacks_words(recorder, d->length) ||
        make_plan(&d->task, planned) != FAN_OK)
        return;
    fan_recorder_explain(recorder, d->length, fan_plan_explain(&planned->plan, d->task.params));
}

fan_status fan_delivery_end(fan_delivery *d)
{
    bool is_cut = d->uses_messages && d->status == FAN_ERR_TRUNCATED; /* the rest still comes */
    fan_status status = d->uses_messages ? end_messages(d) : end_memory(d);
    if (status == FAN_OK) {
        explain(d);
        fan_decision_tell(d->task.state, d->chosen == NULL ? NULL : &d->chosen->plan, d->length,
                          d->task.root, d->begun);
    }
    if (is_given_up(d) || status == FAN_ERR_TRANSPORT || is_cut)
        atomic_store(&d->task.state->channel->broken, true);
    if (status != FAN_OK && d->task.state->recorder != NULL)
        fan_recorder_fail(d->task.state->recorder, status);
    fan_cells_leave(d->task.cells);
    return status;
}

fan_status fan_deliver(const fan_delivery_task *task)
{
    fan_delivery d;
    fan_delivery_begin(&d, task);
    while (!d.finished)
        fan_delivery_progress(&d, true);
    return fan_delivery_end(&d);
}
