/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/engine.h"

#include "engine/sends.h"
#include "engine/state.h"

#include <sched.h>

/* ---- chunks coming into the window ---- */

/* See engine.h. */
static void end_at(fan_engine *e, int64_t g, int64_t bytes)
{
    if (g >= e->end)
        return;
    e->end = g;
    e->length = fan_layout_offset(&e->config.layout, g) + bytes;
    if (e->chunks - g > e->config.slots)
        e->chunks = g + e->config.slots;
}

static void arrive(fan_engine *e, int64_t g, int64_t bytes)
{
    fan_engine_cell *c = fan_engine_cell_of(e, g);
    c->arrived = true;
    c->bytes = bytes;
    e->steps++;
    e->source_failed |= bytes == FAN_ENGINE_FAILED;
    if (bytes < fan_layout_length(&e->config.layout, g))
        end_at(e, g, bytes);
    int subfile = fan_engine_subfile_of(e, g);
    e->subfiles[subfile].arrived++;
    fan_engine_queue_ready(e, subfile);
}

static int64_t call_source(fan_engine *e, int64_t g, int64_t bytes)
{
    const fan_store *store = &e->config.store;
    size_t record = fan_trace_begin(
        e->config.trace, (fan_transfer){.kind = FAN_TRANSFER_FILL,
                                        .peer = -1,
                                        .offset = fan_engine_offset_of(e, g),
                                        .subfile = (int16_t)fan_engine_subfile_of(e, g)});
    bytes = store->fill(store->state, fan_engine_offset_of(e, g), fan_engine_place_of(e, g), bytes);
    fan_trace_end(e->config.trace, record, bytes < 0 ? 0 : bytes);
    return bytes;
}

static void fill(fan_engine *e, int64_t g)
{
    int64_t bytes = fan_layout_length(&e->config.layout, g);
    if (g > e->end)
        bytes = e->source_failed ? FAN_ENGINE_FAILED : 0;
    else if (!fan_engine_is_in_place(e))
        bytes = call_source(e, g, bytes);
    if (e->tail_bytes > 0 && bytes >= 0)
        fan_engine_place_of(e, g)[bytes] = 0;
    arrive(e, g, bytes);
}

static fan_status admit(fan_engine *e)
{
    int64_t g = e->next_admit++;
    const fan_role *role = fan_engine_role_of(e, g);
    *fan_engine_cell_of(e, g) = (fan_engine_cell){.unsent = role->children};
    if (role->parent == FAN_PARENT_ABSENT || !fan_engine_travels(e, g)) {
        fan_engine_cell_of(e, g)->unsent = 0;
        fan_engine_cell_of(e, g)->arrived = true;
        return FAN_OK;
    }
    if (role->parent == FAN_PARENT_SELF) {
        fill(e, g);
        return FAN_OK;
    }
    fan_engine_record_begin(e, (int)(g % e->config.slots), g,
                            (fan_transfer){.kind = FAN_TRANSFER_RECEIVE, .peer = role->parent});
    return e->config.transport.receive(
        e->config.transport.state, (int)(g % e->config.slots), fan_engine_place_of(e, g),
        fan_engine_message_bytes(e, fan_layout_length(&e->config.layout, g)), role->parent,
        fan_engine_subfile_of(e, g));
}

static bool can_admit(const fan_engine *e)
{
    return e->next_admit < e->chunks && e->next_admit < e->base + e->config.slots;
}

/* True if admitting the next chunk calls the source, which takes time. */
static bool admits_slowly(const fan_engine *e)
{
    return !fan_engine_is_in_place(e) && fan_engine_travels(e, e->next_admit) &&
           fan_engine_role_of(e, e->next_admit)->parent == FAN_PARENT_SELF;
}

static fan_status admit_quick_ones(fan_engine *e)
{
    fan_status status = FAN_OK;
    while (status == FAN_OK && can_admit(e) && !admits_slowly(e))
        status = admit(e);
    return status;
}

/* ---- chunks leaving the window ---- */

/*
 * Chunks before the window have arrived. Their cells may have been reused: then the data is in
 * place.
 */
static bool has_arrived(const fan_engine *e, int64_t g)
{
    return g < e->base || (g < e->next_admit && fan_engine_cell_of(e, g)->arrived);
}

/*
 * The end is known when its chunk is drained, because all chunks before it have arrived. The sink
 * gets nothing behind it.
 */
static int64_t bytes_to_drain(const fan_engine *e)
{
    int64_t g = e->next_drain;
    if (g < e->end)
        return fan_layout_length(&e->config.layout, g);
    return g == e->end ? e->length - fan_layout_offset(&e->config.layout, g) : 0;
}

static bool drains_slowly(const fan_engine *e)
{
    return e->config.store.drain != NULL && !e->sink_failed && bytes_to_drain(e) > 0 &&
           fan_engine_role_of(e, e->next_drain)->parent != FAN_PARENT_ABSENT;
}

static bool sink_is_ready(const fan_engine *e)
{
    const fan_store *store = &e->config.store;
    return store->ready == NULL || !drains_slowly(e) ||
           store->ready(store->state, bytes_to_drain(e));
}

static bool has_to_drain(const fan_engine *e)
{
    return e->next_drain < e->chunks && has_arrived(e, e->next_drain);
}

/* What the sink that this thread is in has been given. */
static _Thread_local struct {
    fan_engine *engine; /* NULL: there is none */
    int64_t g;
} given;

fan_kept *fan_engine_keep(const void *piece)
{
    fan_engine *e = given.engine;
    if (e == NULL || fan_engine_is_in_place(e) || e->config.cells == NULL ||
        piece != fan_engine_place_of(e, given.g))
        return NULL;
    return fan_cells_keep(e->config.cells, given.g % e->config.slots);
}

static void call_sink(fan_engine *e, int64_t g, int64_t bytes)
{
    const fan_store *store = &e->config.store;
    size_t record = fan_trace_begin(
        e->config.trace, (fan_transfer){.kind = FAN_TRANSFER_DRAIN,
                                        .peer = -1,
                                        .offset = fan_engine_offset_of(e, g),
                                        .subfile = (int16_t)fan_engine_subfile_of(e, g)});
    given.engine = e;
    given.g = g;
    e->sink_failed = store->drain(store->state, fan_engine_offset_of(e, g),
                                  fan_engine_place_of(e, g), bytes) != 0;
    given.engine = NULL;
    fan_trace_end(e->config.trace, record, bytes);
}

static void drain(fan_engine *e)
{
    e->steps++;
    if (drains_slowly(e))
        call_sink(e, e->next_drain, bytes_to_drain(e));
    if (++e->next_drain == e->chunks)
        fan_trace_complete(e->config.trace);
}

static void retire(fan_engine *e)
{
    while (has_to_drain(e) && !drains_slowly(e))
        drain(e);
    while (has_arrived(e, e->base) && (fan_engine_is_in_place(e) || e->base < e->next_drain) &&
           fan_engine_cell_of(e, e->base)->unsent == 0) {
        if (e->config.cells != NULL)
            fan_cells_renew(e->config.cells, e->base % e->config.slots);
        e->base++;
    }
}

/* ---- completions ---- */

static fan_status received(fan_engine *e, int slot, int64_t bytes)
{
    /* The chunk of the window that lives in this cell. */
    int64_t g = e->base + (slot - e->base % e->config.slots + e->config.slots) % e->config.slots;
    int64_t expected = fan_engine_message_bytes(e, fan_layout_length(&e->config.layout, g));
    if (bytes != 0 && bytes != expected && e->tail_bytes == 0)
        return fan_fail(FAN_ERR_TRUNCATED,
                        "rank %d got %lld bytes instead of %lld from rank %d: "
                        "the ranks disagree on the length of the broadcast",
                        e->config.schedule->node, (long long)bytes, (long long)expected,
                        fan_engine_role_of(e, g)->parent);
    fan_engine_record_end(e, slot, fan_engine_data_bytes(e, bytes));
    arrive(e, g, fan_engine_data_bytes(e, bytes));
    return FAN_OK;
}

/* If some message has failed, others have ended all the same. */
fan_status fan_engine_collect(fan_engine *e, bool block)
{
    int count;
    fan_status failed =
        e->config.transport.collect(e->config.transport.state, block, e->done, &count);
    fan_status status = FAN_OK;
    for (int i = 0; status == FAN_OK && i < count; i++) {
        if (e->done[i].slot >= e->config.slots)
            fan_engine_sent(e, e->done[i].slot - (int)e->config.slots);
        else
            status = received(e, e->done[i].slot, e->done[i].bytes);
    }
    return status == FAN_OK ? failed : status;
}

/* ---- public ---- */

/*
 * Messages first: keep receives posted and sends going. Then at most one call of the user's source
 * or sink, so that messages make progress before the next.
 */
fan_status fan_engine_progress(fan_engine *e, bool block)
{
    retire(e);
    fan_status status = admit_quick_ones(e);
    if (status == FAN_OK)
        status = fan_engine_start_sends(e);
    if (status != FAN_OK)
        return status;
    bool waits_for_sink = has_to_drain(e) && !sink_is_ready(e);
    if (waits_for_sink) {
        sched_yield();
        block = false;
    } else if (has_to_drain(e)) {
        drain(e);
        block = false;
    } else if (can_admit(e) && admits_slowly(e)) {
        status = admit(e);
        block = false;
    }
    retire(e);
    if (status != FAN_OK || fan_engine_finished(e))
        return status;
    /* Retiring may have made room; wait only if nothing else can be done. */
    return fan_engine_collect(e, block && !can_admit(e));
}

bool fan_engine_finished(const fan_engine *e)
{
    return e->base == e->chunks && e->next_drain == e->chunks;
}

int64_t fan_engine_steps(const fan_engine *e)
{
    return e->steps;
}

bool fan_engine_view(const fan_engine *e, fan_view *view)
{
    for (int64_t g = e->base; g < e->next_admit; g++)
        if (!fan_engine_cell_of(e, g)->arrived)
            fan_view_add(view, fan_engine_role_of(e, g)->parent, true);
    for (int edge = 0; edge < e->config.schedule->edge_count; edge++)
        if (e->edges[edge].in_progress > 0)
            fan_view_add(view, e->config.schedule->edges[edge].peer, false);
    return has_to_drain(e) && !sink_is_ready(e);
}

int64_t fan_engine_length(const fan_engine *e)
{
    return e->length;
}

fan_status fan_engine_result(const fan_engine *e)
{
    if (e->source_failed)
        return fan_fail(FAN_ERR_SOURCE, "the source of the data failed");
    if (e->sink_failed)
        return fan_fail(FAN_ERR_SINK, "the sink of rank %d failed", e->config.schedule->node);
    return FAN_OK;
}
