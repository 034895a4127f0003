/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/engine.h"
#include "engine/state.h"

#include <stdlib.h>

static bool allocate(fan_engine *e)
{
    size_t slots = (size_t)e->config.slots;
    size_t sends = (size_t)e->config.sends;
    size_t edges = (size_t)e->config.schedule->edge_count + 1; /* calloc of nothing may be NULL */
    e->cells = calloc(slots, sizeof *e->cells);
    e->subfiles = calloc((size_t)e->config.layout.subfiles, sizeof *e->subfiles);
    for (fan_engine_priority p = 0; p < FAN_ENGINE_PRIORITIES; p++)
        e->queues[p].edges = calloc(edges, sizeof *e->queues[p].edges);
    e->edges = calloc(edges, sizeof *e->edges);
    e->free_sends = calloc(sends, sizeof *e->free_sends);
    e->chunk_of_send = calloc(sends, sizeof *e->chunk_of_send);
    e->edge_of_send = calloc(sends, sizeof *e->edge_of_send);
    e->done = calloc(slots + sends, sizeof *e->done);
    if (e->config.trace != NULL)
        e->recorded = calloc(slots + sends, sizeof *e->recorded);
    if (!fan_engine_is_in_place(e))
        e->buffer = malloc(slots * (size_t)fan_engine_cell_bytes(e));
    return e->cells && e->subfiles && e->edges && e->queues[FAN_ENGINE_RELAYED].edges &&
           e->queues[FAN_ENGINE_FINAL].edges && e->free_sends && e->chunk_of_send &&
           e->edge_of_send && e->done && (e->config.trace == NULL || e->recorded) &&
           (fan_engine_is_in_place(e) || e->buffer);
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
    fan_engine *e = calloc(1, sizeof *e);
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

void fan_engine_free(fan_engine *e)
{
    if (e == NULL)
        return;
    free(e->cells);
    free(e->subfiles);
    for (fan_engine_priority p = 0; p < FAN_ENGINE_PRIORITIES; p++)
        free(e->queues[p].edges);
    free(e->edges);
    free(e->free_sends);
    free(e->chunk_of_send);
    free(e->edge_of_send);
    free(e->done);
    free(e->recorded);
    free(e->buffer);
    free(e);
}
