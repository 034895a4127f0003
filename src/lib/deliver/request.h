/* SPDX-License-Identifier: BSD-3-Clause */
/** @file request.h  What a broadcast is, before it is known how it is done. */
#ifndef FAN_LIB_DELIVER_REQUEST_H
#define FAN_LIB_DELIVER_REQUEST_H

#include "lib/state/comm_state.h"

/**
 * True if the call is to be passed through to MPI_Bcast: `bytes` is below the threshold, which is
 * min_bytes, or 32 x min_bytes for two ranks on one node. There MPI copies the data once; we copy
 * it into the ring and out of it, which is faster only for large data, when both ranks copy at the
 * same time (Open MPI 4.1.4 on 2 cores: always from 2 MiB on). The state is connected, unless
 * `bytes` is below min_bytes. Local.
 */
bool fan_delivery_is_small(const fan_comm_state *state, int64_t bytes);

/**
 * What the planner is asked for a broadcast of `bytes` from the rank `root`. The state is
 * connected.
 */
fan_plan_request fan_delivery_request(const fan_comm_state *state, int64_t bytes, int root);

/**
 * Whether it is known that a message of `bytes` keeps processors busy for longer than a link: its
 * bytes take less than twice the processor's time for a message, at both of its ends. Local.
 */
bool fan_delivery_is_limited_by_processors(const fan_comm_state *state, double bytes);

/**
 * How a stream goes where processors are the limit, not links: down a chain, in few large pieces,
 * so that all that is on the way stays in caches. Changes `params`, unless these, or what is known
 * of the nodes, say how it goes. All ranks do the same. Local.
 *
 * @param bytes  of the stream, or FAN_UNKNOWN_LENGTH
 */
void fan_delivery_suit_stream(const fan_comm_state *state, int64_t bytes, fan_params *params);

/**
 * Whether all sends of the next delivery are to be synchronous: see engine/mpi/mpi_transport.h.
 * With ULFM they are, so that a sender learns that a receiver has died. Otherwise those of every
 * 16th delivery are, so that a rank that broadcasts often is no further ahead of a slow one. Local.
 */
bool fan_delivery_is_synchronous(fan_comm_state *state, const fan_plan *plan);

#endif
