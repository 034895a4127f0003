/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file stage.h  The stage of a broadcast inside a node: from a store into the ring, from the ring
 * into stores.
 *
 * All members of the ring but one read (where there are several domains, after fan_ring_follow),
 * and the one writes, or it runs an engine on the store of a relay. All end together also if one
 * fails: a writer that fails says so in the ring, a reader whose sink fails reads on.
 */
#ifndef FAN_ENGINE_RING_STAGE_H
#define FAN_ENGINE_RING_STAGE_H

#include "base/status.h"
#include "engine/ring/ring.h"
#include "engine/salvage.h"
#include "engine/store.h"

/** The part of one rank. */
typedef struct fan_stage {
    fan_ring *ring;
    fan_store store;
    bool writes;
    bool finished;
    int rank;      /**< for texts */
    int64_t bytes; /**< of the broadcast, as this rank knows it, or FAN_UNKNOWN_LENGTH */
    int64_t total; /**< the same as the writer knows it */
    int64_t done;
    char *buffer; /**< a piece of a source that is not in place */
    bool wrong_length;
    bool sink_failed;
    fan_status failure; /**< of the writer */
} fan_stage;

/** Prepare to write the data of a source, `bytes` at least 1, or to read it. `store` is copied. */
void fan_stage_begin(fan_stage *stage, fan_ring *ring, const fan_store *store, int64_t bytes,
                     bool writes, int rank);

/** True if a step would not wait. */
bool fan_stage_is_ready(fan_stage *stage);

/** Write or read a piece, and wait if necessary. To be called until `finished`. */
void fan_stage_step(fan_stage *stage);

/** The length of the data, once `finished`. */
int64_t fan_stage_length(const fan_stage *stage);

/**
 * End a stage that is `finished`.
 *
 * @return FAN_OK; FAN_ERR_SINK; the writer's FAN_ERR_SOURCE or FAN_ERR_MEMORY; for readers also
 *         FAN_ERR_TRUNCATED if the writer has another length, or the failure of the writer's engine
 */
fan_status fan_stage_end(fan_stage *stage);

/**
 * Read what a writer that writes no more has left in the ring, and tell of all that has been read.
 * To be called before the end of a stage that is given up or has failed.
 */
void fan_stage_salvage(fan_stage *stage, const fan_salvage *salvage);

/** Passes on to the ring what an engine delivers to a store. */
typedef struct fan_relay {
    fan_ring *ring;
    fan_store store;
    int64_t total, written;
    bool sink_failed;
} fan_relay;

/** Returns the store to give to the engine. The relay must stay where it is until fan_relay_end. */
fan_store fan_relay_begin(fan_relay *relay, fan_ring *ring, const fan_store *store, int64_t bytes);

/** After the engine has ended with `status`. Returns that of the whole. */
fan_status fan_relay_end(fan_relay *relay, fan_status status, int rank);

#endif
