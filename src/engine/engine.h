/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file engine.h  Runs one node's schedule over a transport. Knows schedules, no algorithm.
 *
 * Chunks have one global order. A node works on the chunks [base, base + window): it receives them,
 * sends them on, gives them to the sink in order, and moves base past those that are finished. All
 * nodes use the same window. A chunk whose data is in place need not wait for the sink: it stays
 * where it is. Then nothing blocks for ever. Let g be the lowest chunk that is not finished on some
 * node: every node's base is at least g, and a node where g is not finished has base g and works on
 * nothing from g + window on. So its sends in progress are of chunks that every receiver has, or
 * will have, a place for; they end, and the queue comes to g. If g has not arrived there, the same
 * holds for its parent, up to the source.
 *
 * Ends. Let e be the first chunk that is not whole, because its source has failed or, where the
 * length was unknown, has come to the end. Every node receives every chunk, and learns from the
 * length of a message that its chunk is not whole. Until a node has e its base is at most e, for
 * base passes only what has arrived; so it has not begun a chunk from e + window on. When it has e,
 * it knows that there are e + window chunks in all: it begins no more than these, and none less,
 * because others may have posted receives for all of them. Those behind e travel with no data. (A
 * chunk behind e may come before e: then a node believes for a while in an end that is too late,
 * which does no harm.) So all nodes begin the same chunks, every receive gets its message, and
 * after a failure no more than a window is still sent.
 *
 * A message of no bytes says: failed. So that a chunk may be empty without that, messages of a
 * stream of unknown length have one byte more than their data.
 */
#ifndef FAN_ENGINE_ENGINE_H
#define FAN_ENGINE_ENGINE_H

#include "base/status.h"
#include "engine/engine_config.h"
#include "engine/stall.h"

#include <stdbool.h>

/** Prepare to run. Copies the config; what it points to must live as long as the engine. */
fan_status fan_engine_create(const fan_engine_config *config, fan_engine **engine);

void fan_engine_free(fan_engine *engine);

/** Do not free it: its cells may still be touched, for ever. */
void fan_engine_abandon(fan_engine *engine);

/**
 * Do what can be done now. Blocks only if `block` is set and nothing can be done but wait. To be
 * called until fan_engine_finished.
 *
 * @return FAN_OK, or a failure after which the engine can only be freed
 */
fan_status fan_engine_progress(fan_engine *engine, bool block);

/** All chunks have arrived, were sent on and drained. */
bool fan_engine_finished(const fan_engine *engine);

/**
 * In the sink of an engine that this thread runs: keep the piece that it has just been given. NULL:
 * that is not possible, see cells.h and engine_config.h. Local.
 */
fan_kept *fan_engine_keep(const void *piece);

/** Grows with each message that was sent or received and each piece that was filled or drained. */
int64_t fan_engine_steps(const fan_engine *engine);

/** Add the peers that it waits for to `view`. True if it waits for its own store to be ready. */
bool fan_engine_view(const fan_engine *engine, fan_view *view);

/** The length of the data. To be called when finished. */
int64_t fan_engine_length(const fan_engine *engine);

/**
 * FAN_OK, FAN_ERR_SOURCE (somebody's fill failed) or FAN_ERR_SINK (our drain failed). Call when
 * finished.
 */
fan_status fan_engine_result(const fan_engine *engine);

#endif
