/* SPDX-License-Identifier: BSD-3-Clause */
/** @file salvage.h  What has come of a broadcast that ends before all of it has. */
#ifndef FAN_ENGINE_SALVAGE_H
#define FAN_ENGINE_SALVAGE_H

#include "engine/engine.h"

/** Who wants to know. */
typedef struct fan_salvage {
    /** The store of this rank has these bytes. Called in any order, at least one byte. */
    void (*found)(void *state, int64_t offset, int64_t bytes);
    void *state;
} fan_salvage;

/**
 * Tell of all that an engine has received, which has failed and is not freed yet. What its own
 * cells have is put into `store` first: the rank's own, in any order.
 */
void fan_engine_salvage(fan_engine *engine, const fan_store *store, const fan_salvage *salvage);

#endif
