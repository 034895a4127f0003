/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/engine.h"

#include "base/spare/spare.h"
#include "engine/state.h"

#include <stdatomic.h>

static bool allocate(fan_engine *e)
{
    size_t slots = (size_t)e->config.slots;
    size_t sends = (size_t)e->config.sends;
    size_t edges = (size_t)e->config.schedule->edge_count + 1; /* calloc of nothing may be NULL */
    e->cells = fan_spare_calloc(slots, sizeof *e->cells);
    e->subfiles = fan_spare_calloc((size_t)e->config.layout.subfiles, sizeof *e->subfiles);
    for (fan_engine_priority p = 0; p < FAN_ENGINE_PRIORITIES; p++)
        e->queues[p].edges = fan_spare_calloc(edges, sizeof *e->queues[p].edges);
    e->edges = fan_spare_calloc(edges, sizeof *e->edges);
    e->free_sends = fan_spare_calloc(sends, sizeof *e->free_sends);
    e->chunk_of_send = fan_spare_calloc(sends, sizeof *e->chunk_of_send);
    e->edge_of_send = fan_spare_calloc(sends, sizeof *e->edge_of_send);
    e->done = fan_spare_calloc(slots + sends, sizeof *e->done);
    if (e->config.trace != NULL)
        e->recorded = fan_spare_calloc(slots + sends, sizeof *e->recorded);
    if (fan_engine_needs_buffer(e))
        e->buffer = fan_spare_malloc(slots * (size_t)fan_engine_cell_bytes(&e->config.layout));
    return e->cells && e->subfiles && e->edges && e->queues[FAN_ENGINE_RELAYED].edges &&
           e->queues[FAN_ENGINE_FINAL].edges && e->free_sends && e->chunk_of_send &&
           e->edge_of_send && e->done && (e->config.trace == NULL || e->recorded) &&
           (!fan_engine_needs_buffer(e) || e->buffer);
}

static void begin_subfile(fan_engine *e, int subfile)
{
    const fan_role *role = &e->config.schedule->roles[subfile];
    e->subfiles[subfile].next_ready = subfile;
    for (int edge = role->first; edge < role->first + role->children; edge++)
        e->edges[edge] = (fan_engine_edge){.subfile = subfile, .next = subfile};
}

fan_status fan_engine_create(const fan_engine_config *config, fan_engine **engine)
{
    fan_engine *e = fan_spare_calloc(1, sizeof *e);
    *engine = e;
    if (e == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the engine of rank %d",
                        config->schedule->node);
    e->config = *config;
    e->tail_bytes = config->layout.bytes == FAN_UNKNOWN_LENGTH;
    if (!allocate(e)) {
        fan_engine_free(e);
        *engine = NULL;
        return fan_fail(FAN_ERR_MEMORY, "no memory for %lld chunks of %lld bytes on rank %d",
                        (long long)config->slots,
                        (long long)fan_layout_chunk_bytes(&config->layout), config->schedule->node);
    }
    e->chunks = fan_layout_chunks(&config->layout);
    e->end = e->chunks;
    e->length = config->layout.bytes;
    for (int subfile = 0; subfile < config->layout.subfiles; subfile++)
        begin_subfile(e, subfile);
    for (int send = config->sends - 1; send >= 0; send--)
        e->free_sends[e->free_send_count++] = send;
    return FAN_OK;
}

/* So that they are not taken for leaks. */
static _Atomic(fan_engine *) abandoned;

void fan_engine_abandon(fan_engine *e)
{
    e->next = atomic_load(&abandoned);
    while (!atomic_compare_exchange_weak(&abandoned, &e->next, e))
        continue;
}

void fan_engine_free(fan_engine *e)
{
    if (e == NULL)
        return;
    fan_spare_free(e->cells);
    fan_spare_free(e->subfiles);
    for (fan_engine_priority p = 0; p < FAN_ENGINE_PRIORITIES; p++)
        fan_spare_free(e->queues[p].edges);
    fan_spare_free(e->edges);
    fan_spare_free(e->free_sends);
    fan_spare_free(e->chunk_of_send);
    fan_spare_free(e->edge_of_send);
    fan_spare_free(e->done);
    fan_spare_free(e->recorded);
    fan_spare_free(e->buffer);
    fan_spare_free(e);
}
