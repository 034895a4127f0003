/* SPDX-License-Identifier: BSD-3-Clause */
/** @file delivery.h  Run a plan on a communicator. */
#ifndef FAN_LIB_DELIVERY_H
#define FAN_LIB_DELIVERY_H

#include "engine/engine.h"
#include "lib/comm_state.h"

/** What the planner is asked for a broadcast of `bytes` from the rank `root`. The state is connected. */
fan_request fan_delivery_request(const fan_comm_state *state, int64_t bytes, int root);

/**
 * Deliver by the plan that the state's parameters give for `bytes` from `root`. The plan is kept for the
 * next call. Collective; the state is connected.
 */
fan_status fan_deliver_buffer(fan_comm_state *state, int64_t bytes, int root, const fan_store *store, int *mpi_code);

/** Deliver a stream by the plan that `params` (equal on all ranks) give. Collective; the state is connected. */
fan_status fan_deliver_stream(fan_comm_state *state, const fan_params *params, int64_t bytes, int root,
                              const fan_store *store, int *mpi_code);

#endif
