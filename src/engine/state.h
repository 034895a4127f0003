/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file state.h  What an engine remembers: for the files of this folder, which share the work.
 * engine.c moves the window, sends.c decides what is sent next, create.c allocates.
 */
#ifndef FAN_ENGINE_STATE_H
#define FAN_ENGINE_STATE_H

#include "engine/engine_config.h"

#include <stdbool.h>
#include <stdint.h>

/** Two queues of sends: what others wait to send on goes first. */
typedef enum fan_engine_priority {
    FAN_ENGINE_RELAYED,
    FAN_ENGINE_FINAL,
    FAN_ENGINE_PRIORITIES
} fan_engine_priority;

enum { FAN_ENGINE_FAILED = -1 };

/** A chunk in the window. */
typedef struct fan_engine_cell {
    int unsent;    /**< sends not finished */
    bool arrived;  /**< the data is here, or known never to come */
    int64_t bytes; /**< of data, or FAN_ENGINE_FAILED */
} fan_engine_cell;

/** A node's work in one subfile. */
typedef struct fan_engine_subfile {
    /** the next chunk to be sent once it is here; chunks of an edge travel in order */
    int64_t next_ready;
    int64_t arrived; /**< chunks here */
} fan_engine_subfile;

/** The sends to a child. */
typedef struct fan_engine_edge {
    int subfile;
    int64_t next;    /**< the next chunk to send */
    int in_progress; /**< sends */
    bool queued;
} fan_engine_edge;

/**
 * Edges that have a chunk to send and may: a ring. Each sends one chunk at a time, so that children
 * get their share.
 */
typedef struct fan_engine_queue {
    int *edges; /**< [edge_count] */
    int head, count;
} fan_engine_queue;

struct fan_engine {
    fan_engine_config config;
    int64_t chunks; /**< that travel, as far as is known */
    int64_t end;    /**< the first chunk that is known not to be whole, else none of the layout's */
    int64_t length; /**< of the data, if it ends there */
    int tail_bytes; /**< of a message, behind the data */
    int64_t base;   /**< first chunk that is not finished */
    int64_t next_admit;     /**< first chunk that is not in the window yet */
    int64_t next_drain;     /**< first chunk that the sink has not got yet */
    fan_engine_cell *cells; /**< [slots], chunk g in g % slots */
    fan_engine_subfile *subfiles;
    fan_engine_edge *edges; /**< [schedule->edge_count] */
    fan_engine_queue queues[FAN_ENGINE_PRIORITIES];
    int *free_sends; /**< stack of free send slots */
    int free_send_count;
    int64_t *chunk_of_send; /**< [sends] */
    int *edge_of_send;      /**< [sends] */
    fan_completion *done;
    /** [slots + sends] what is in a slot of the transport, in the trace; NULL without a trace */
    size_t *recorded;
    char *buffer;            /**< see fan_engine_needs_buffer; or NULL */
    int64_t steps;           /**< see fan_engine_steps */
    struct fan_engine *next; /**< of those that are abandoned */
    bool source_failed;
    bool sink_failed;
};

/** What this node does with the chunk g. */
static inline const fan_role *fan_engine_role_of(const fan_engine *e, int64_t g)
{
    return &e->config.schedule->roles[g % e->config.layout.subfiles];
}

/** The subfile of the chunk g. */
static inline int fan_engine_subfile_of(const fan_engine *e, int64_t g)
{
    return (int)(g % e->config.layout.subfiles);
}

static inline fan_engine_cell *fan_engine_cell_of(const fan_engine *e, int64_t g)
{
    return &e->cells[g % e->config.slots];
}

static inline bool fan_engine_is_in_place(const fan_engine *e)
{
    return e->config.store.base != NULL;
}

/** Whether it needs memory of its own for chunks. */
static inline bool fan_engine_needs_buffer(const fan_engine *e)
{
    return !fan_engine_is_in_place(e) && e->config.cells == NULL;
}

/** Where the data of the chunk g is, or will be. */
static inline char *fan_engine_place_of(fan_engine *e, int64_t g)
{
    if (fan_engine_is_in_place(e))
        return (char *)e->config.store.base + fan_layout_offset(&e->config.layout, g);
    if (e->config.cells != NULL)
        return fan_cells_at(e->config.cells, g % e->config.slots);
    return e->buffer + g % e->config.slots * fan_engine_cell_bytes(&e->config.layout);
}

/** Of a message that carries so many bytes of data, which may be FAN_ENGINE_FAILED. */
static inline int64_t fan_engine_message_bytes(const fan_engine *e, int64_t data_bytes)
{
    return data_bytes == FAN_ENGINE_FAILED ? 0 : data_bytes + e->tail_bytes;
}

/** Of data in a message of so many bytes. */
static inline int64_t fan_engine_data_bytes(const fan_engine *e, int64_t message_bytes)
{
    return message_bytes == 0 ? FAN_ENGINE_FAILED : message_bytes - e->tail_bytes;
}

static inline int64_t fan_engine_offset_of(const fan_engine *e, int64_t g)
{
    return fan_layout_offset(&e->config.layout, g);
}

/** False for a chunk without bytes, behind the end of a subfile that is shorter than others. */
static inline bool fan_engine_travels(const fan_engine *e, int64_t g)
{
    return e->config.layout.parts == NULL || fan_layout_length(&e->config.layout, g) > 0;
}

/** Take notice of what has ended: messages that have come or gone. `block`: wait for one. */
fan_status fan_engine_collect(fan_engine *e, bool block);

/* In the trace: what begins and ends in a slot of the transport. */

static inline void fan_engine_record_begin(fan_engine *e, int slot, int64_t g,
                                           fan_transfer transfer)
{
    if (e->recorded == NULL)
        return;
    transfer.subfile = (int16_t)fan_engine_subfile_of(e, g);
    transfer.offset = fan_engine_offset_of(e, g);
    e->recorded[slot] = fan_trace_begin(e->config.trace, transfer);
}

static inline void fan_engine_record_end(fan_engine *e, int slot, int64_t bytes)
{
    if (e->recorded != NULL)
        fan_trace_end(e->config.trace, e->recorded[slot], bytes == FAN_ENGINE_FAILED ? 0 : bytes);
}

#endif
