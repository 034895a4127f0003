/* SPDX-License-Identifier: BSD-3-Clause */
/** @file delivery.h  Run a plan on a communicator. */
#ifndef FAN_LIB_DELIVERY_H
#define FAN_LIB_DELIVERY_H

#include "engine/engine.h"
#include "lib/comm_state.h"

/**
 * True if MPI_Bcast is to do it: fewer bytes than the parameter min_bytes, or than 16 times that between two ranks
 * that share memory and are alone. MPI copies once from one to the other, we copy in and out, and only for large data
 * is it faster that both copy at the same time (Open MPI 4.1.4 on 2 cores: from 1 MiB on). The state is connected.
 */
bool fan_is_small(const fan_comm_state *state, int64_t bytes);

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
