/* SPDX-License-Identifier: BSD-3-Clause */
/** @file engine_config.h  What an engine is to do. */
#ifndef FAN_ENGINE_ENGINE_CONFIG_H
#define FAN_ENGINE_ENGINE_CONFIG_H

#include "engine/cells.h"
#include "engine/store.h"
#include "engine/trace.h"
#include "engine/transport.h"
#include "plan/schedule/layout.h"
#include "plan/schedule/schedule.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fan_engine_config {
    const fan_schedule *schedule;
    fan_layout layout;
    int64_t slots;   /**< the window in chunks of all subfiles, equal on all nodes */
    int sends;       /**< sends in progress at a time */
    int child_sends; /**< of those to one child and of one subfile */
    /** all sends are; false: only the last of each window, so that no receiver is flooded */
    bool synchronous;
    /** false: send a subfile on only when it is complete; then slots covers all chunks */
    bool overlap;
    /**
     * If it is not in place, the engine keeps cells for one window of chunks. Data of unknown
     * length is not in place.
     */
    fan_store store;
    /** these, `slots` of fan_engine_cell_bytes; NULL: the engine takes its own, of which a sink
     * cannot keep any */
    fan_cells *cells;
    /** has slots [0, slots) for receives and [slots, slots + sends) for sends */
    fan_transport transport;
    fan_trace *trace; /**< or NULL */
} fan_engine_config;

typedef struct fan_engine fan_engine;

/** What is behind the data takes a cache line, so that cells begin at one. */
static inline int64_t fan_engine_cell_bytes(const fan_layout *layout)
{
    enum { LINE = 64 };
    return fan_layout_chunk_bytes(layout) + (layout->bytes == FAN_UNKNOWN_LENGTH ? LINE : 0);
}

#endif
