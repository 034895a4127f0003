/* SPDX-License-Identifier: BSD-3-Clause */
/** @file sends.h  Which chunk an engine sends next, and to which child. Local. */
#ifndef FAN_ENGINE_SENDS_H
#define FAN_ENGINE_SENDS_H

#include "base/status.h"
#include "engine/state.h"

/** A chunk of the subfile has arrived: queue what can be sent now. */
void fan_engine_queue_ready(fan_engine *e, int subfile);

/** Start queued sends as long as there are free slots. */
fan_status fan_engine_start_sends(fan_engine *e);

/** The send in the slot has ended. */
void fan_engine_sent(fan_engine *e, int send);

#endif
