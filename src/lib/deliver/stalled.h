/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stalled.h  Nothing of a broadcast has moved for its whole timeout: who waits for whom? */
#ifndef FAN_LIB_DELIVER_STALLED_H
#define FAN_LIB_DELIVER_STALLED_H

#include "engine/engine.h"
#include "lib/state/comm_state.h"

/**
 * Make the answer the failure. Unless a host is silent, which has been recorded already, or ranks
 * do not know each other's hosts. Each rank tells the others what it waits for, and hears for a
 * while what they do.
 *
 * @param engine   the messages of this rank; NULL: it has none
 * @param writer   without an engine: the rank that writes what this node shares; maybe this one
 * @param timeout  seconds, for the text
 */
void fan_stalled_explain(const fan_comm_state *state, const fan_engine *engine, int writer,
                         double timeout);

#endif
