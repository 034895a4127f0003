/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/delivery.h"

#include "engine/mpi_transport.h"

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

/* After full receipt a node may feed secondary groups, from the data that it now has. */
static fan_status serve(fan_comm_state *state, const fan_plan *plan, const fan_store *store, int *mpi_code)
{
    fan_schedule schedule;
    fan_status status = fan_plan_schedule(plan, state->rank, FAN_PHASE_SERVE, &schedule);
    if (status != FAN_OK)
        return status;
    fan_store source = *store;
    source.drain = NULL;
    if (schedule.edge_count > 0)
        status = run_phase(state, plan, &schedule, &source, mpi_code);
    fan_schedule_free(&schedule);
    return status;
}

static bool same_request(const fan_request *a, const fan_request *b)
{
    return a->bytes == b->bytes && a->root == b->root && a->nodes == b->nodes;
}

static fan_status plan_buffer(fan_comm_state *state, int64_t bytes, int root)
{
    fan_request request = {.bytes = bytes, .nodes = state->size, .root = root, .order = state->order};
    if (same_request(&request, &state->planned))
        return FAN_OK;
    state->planned = (fan_request){0};
    fan_schedule_free(&state->schedule);
    state->plan = fan_plan_choose(&request, &state->params);
    fan_status status = fan_plan_schedule(&state->plan, state->rank, FAN_PHASE_RECEIVE, &state->schedule);
    if (status == FAN_OK)
        state->planned = request;
    return status;
}

fan_status fan_deliver_buffer(fan_comm_state *state, int64_t bytes, int root, const fan_store *store, int *mpi_code)
{
    fan_status status = plan_buffer(state, bytes, root);
    if (status == FAN_OK)
        status = run_phase(state, &state->plan, &state->schedule, store, mpi_code);
    if (status == FAN_OK && fan_plan_has_secondary(&state->plan))
        status = serve(state, &state->plan, store, mpi_code);
    return status;
}

fan_status fan_deliver_stream(fan_comm_state *state, const fan_params *params, int64_t bytes, int root,
                              const fan_store *store, int *mpi_code)
{
    fan_request request = {
        .bytes = bytes, .nodes = state->size, .root = root, .bounded = true, .order = state->order};
    fan_plan plan = fan_plan_choose(&request, params);
    fan_schedule schedule;
    fan_status status = fan_plan_schedule(&plan, state->rank, FAN_PHASE_RECEIVE, &schedule);
    if (status == FAN_OK)
        status = run_phase(state, &plan, &schedule, store, mpi_code);
    fan_schedule_free(&schedule);
    return status;
}
