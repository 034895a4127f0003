/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file stage.h  The stage of a broadcast inside a node: from a store into the ring, from the ring into stores.
 *
 * All members of the ring but one call fan_stage_read, and the one fan_stage_write, or it runs an engine on the store
 * of a relay. Where there are several domains a reader calls fan_ring_follow before. Calls end together also if one
 * fails: a writer that fails says so in the ring, a reader whose sink fails reads on.
 */
#ifndef FAN_ENGINE_STAGE_H
#define FAN_ENGINE_STAGE_H

#include "base/status.h"
#include "engine/ring.h"
#include "engine/store.h"

/** Write `bytes` of a source, at least 1. `rank` is for texts. FAN_ERR_SOURCE: its fill failed; FAN_ERR_SINK: its drain failed. */
fan_status fan_stage_write(fan_ring *ring, const fan_store *store, int64_t bytes, int rank);

/**
 * Read a broadcast.
 *
 * @return FAN_OK, FAN_ERR_SINK, FAN_ERR_TRUNCATED if the writer has not `bytes`, or what the writer failed with
 */
fan_status fan_stage_read(fan_ring *ring, const fan_store *store, int64_t bytes, int rank);

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
