/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/delivery.h"

#include "engine/mpi_transport.h"
#include "engine/stage.h"

enum { most_slots = 1 << 24 };

/* All nodes must get the same answer. */
static fan_status window_slots(const fan_plan *plan, int64_t *slots)
{
    *slots = fan_plan_engine_slots(plan);
    if (*slots > most_slots)
        return fan_fail(FAN_ERR_ARGUMENT, "a window of %lld chunks is too large; make FANOUT_CHUNK_BYTES larger",
                        (long long)*slots);
    return FAN_OK;
}

static fan_status run_to_end(const fan_engine_config *config)
{
    fan_engine *engine;
    fan_status status = fan_engine_create(config, &engine);
    if (status != FAN_OK)
        return status;
    while (status == FAN_OK && !fan_engine_finished(engine))
        status = fan_engine_progress(engine, true);
    if (status == FAN_OK)
        status = fan_engine_result(engine);
    fan_engine_free(engine);
    return status;
}

static fan_status run_phase(fan_comm_state *state, const fan_plan *plan, const fan_schedule *schedule,
                            const fan_store *store, int *mpi_code)
{
    fan_engine_config config = {.schedule = schedule,
                                .layout = plan->layout,
                                .sends = plan->sends,
                                .child_sends = plan->child_sends,
                                .overlap = plan->overlap,
                                .store = *store,
                                .trace = state->trace};
    fan_status status = window_slots(plan, &config.slots);
    if (status != FAN_OK)
        return status;
    fan_mpi_transport transport;
    status = fan_mpi_transport_init(&transport, state->comm, (int)config.slots, plan->sends, plan->layout.classes);
    if (status != FAN_OK)
        return status;
    config.transport = fan_mpi_transport_interface(&transport);
    status = run_to_end(&config);
    *mpi_code = transport.mpi_error;
    fan_mpi_transport_free(&transport);
    return status;
}

/* ---- between nodes ---- */

typedef struct speakers {
    const fan_node_map *map;
    int root;
} speakers;

static int speaker(const void *state, int node)
{
    const speakers *s = state;
    return fan_node_map_speaker(s->map, node, s->root);
}

/* Plans speak of nodes; messages go to the ranks that speak for them. */
static fan_status make_schedule(const fan_comm_state *state, const fan_plan *plan, int root, fan_phase phase,
                                fan_schedule *schedule)
{
    fan_status status = fan_plan_schedule(plan, state->map.node_of[state->rank], phase, schedule);
    if (status == FAN_OK)
        fan_schedule_rename(schedule, speaker, &(speakers){&state->map, root});
    return status;
}

/* After full receipt a node may feed secondary groups, from the data that it now has. */
static fan_status serve(fan_comm_state *state, const fan_plan *plan, int root, const fan_store *store, int *mpi_code)
{
    fan_schedule schedule;
    fan_status status = make_schedule(state, plan, root, FAN_PHASE_SERVE, &schedule);
    if (status != FAN_OK)
        return status;
    fan_store source = {.base = store->base, .fill = store->fill, .state = store->state};
    if (schedule.edge_count > 0)
        status = run_phase(state, plan, &schedule, &source, mpi_code);
    fan_schedule_free(&schedule);
    return status;
}

bool fan_is_small(const fan_comm_state *state, int64_t bytes)
{
    bool is_pair = state->size == 2 && state->map.nodes == 1;
    return (is_pair ? bytes / 16 : bytes) < state->params.min_bytes;
}

fan_request fan_delivery_request(const fan_comm_state *state, int64_t bytes, int root)
{
    return (fan_request){.bytes = bytes,
                         .nodes = state->map.nodes,
                         .root = state->map.node_of[root],
                         .local = state->map.largest,
                         .order = state->order};
}

static fan_status plan_buffer(fan_comm_state *state, int64_t bytes, int root)
{
    if (state->planned.bytes == bytes && state->planned.root == root && state->planned.made)
        return FAN_OK;
    fan_comm_state_forget_plan(state);
    fan_request request = fan_delivery_request(state, bytes, root);
    state->planned.plan = fan_plan_choose(&request, &state->params);
    fan_status status =
        make_schedule(state, &state->planned.plan, root, FAN_PHASE_RECEIVE, &state->planned.schedule);
    if (status != FAN_OK)
        return status;
    state->planned.bytes = bytes;
    state->planned.root = root;
    state->planned.made = true;
    return FAN_OK;
}

static fan_status speak_buffer(fan_comm_state *state, int64_t bytes, int root, const fan_store *store, int *mpi_code)
{
    fan_status status = plan_buffer(state, bytes, root);
    if (status != FAN_OK)
        return status;
    const fan_plan *plan = &state->planned.plan;
    status = run_phase(state, plan, &state->planned.schedule, store, mpi_code);
    if (status == FAN_OK && fan_plan_has_secondary(plan))
        status = serve(state, plan, root, store, mpi_code);
    return status;
}

static fan_status speak_stream(fan_comm_state *state, const fan_params *params, int64_t bytes, int root,
                               const fan_store *store, int *mpi_code)
{
    fan_request request = fan_delivery_request(state, bytes, root);
    request.bounded = true;
    fan_plan plan = fan_plan_choose(&request, params);
    fan_schedule schedule;
    fan_status status = make_schedule(state, &plan, root, FAN_PHASE_RECEIVE, &schedule);
    if (status == FAN_OK)
        status = run_phase(state, &plan, &schedule, store, mpi_code);
    fan_schedule_free(&schedule);
    return status;
}

/* Exchange messages with other nodes. A stream has parameters of its own; a buffer's are those of the state. */
static fan_status speak(fan_comm_state *state, const fan_params *of_stream, int64_t bytes, int root,
                        const fan_store *store, int *mpi_code)
{
    return of_stream == NULL ? speak_buffer(state, bytes, root, store, mpi_code)
                             : speak_stream(state, of_stream, bytes, root, store, mpi_code);
}

/* ---- inside a node and between nodes ---- */

/* Pass on in the node what it gets from others. */
static fan_status relay(fan_comm_state *state, const fan_params *of_stream, int64_t bytes, int root,
                        const fan_store *store, int *mpi_code)
{
    fan_relay passing;
    fan_store relayed = fan_relay_begin(&passing, &state->map.node->ring, store, bytes);
    return fan_relay_end(&passing, speak(state, of_stream, bytes, root, &relayed, mpi_code), state->rank);
}

static fan_status deliver(fan_comm_state *state, const fan_params *of_stream, int64_t bytes, int root,
                          const fan_store *store, int *mpi_code)
{
    const fan_node_map *map = &state->map;
    if (bytes == 0)
        return FAN_OK;
    if (map->node == NULL)
        return speak(state, of_stream, bytes, root, store, mpi_code);
    fan_ring *ring = &map->node->ring;
    int writer = fan_node_map_speaker(map, map->node_of[state->rank], root);
    if (writer != state->rank) {
        fan_ring_follow(ring, fan_node_map_domain(map, writer));
        return fan_stage_read(ring, store, bytes, state->rank);
    }
    if (map->nodes > 1)
        return relay(state, of_stream, bytes, root, store, mpi_code);
    return fan_stage_write(ring, store, bytes, state->rank);
}

fan_status fan_deliver_buffer(fan_comm_state *state, int64_t bytes, int root, const fan_store *store, int *mpi_code)
{
    return deliver(state, NULL, bytes, root, store, mpi_code);
}

fan_status fan_deliver_stream(fan_comm_state *state, const fan_params *params, int64_t bytes, int root,
                              const fan_store *store, int *mpi_code)
{
    return deliver(state, params, bytes, root, store, mpi_code);
}
