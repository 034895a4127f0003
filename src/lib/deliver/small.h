/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file small.h  Broadcasts that are too small to be cut. They go down a binomial tree of ranks, by
 * plain messages.
 *
 * MPI_Bcast is not called for them, because it blocks, and while a rank waits in it, its pending
 * broadcasts stand still, for which other ranks may wait. MPI_Ibcast takes up to twice as long.
 */
#ifndef FAN_LIB_DELIVER_SMALL_H
#define FAN_LIB_DELIVER_SMALL_H

#include "lib/state/comm_state.h"

#include <stdbool.h>

/** Whether a broadcast of `bytes` is to be done here. Equal on all ranks. Local. */
bool fan_small_takes(const fan_comm_state *state, MPI_Count count, int64_t bytes);

/** Broadcast, while pending broadcasts go on. Collective, blocking. Returns MPI's code. */
int fan_small_broadcast(const fan_comm_state *state, void *buffer, int count, MPI_Datatype datatype,
                        int root);

#endif
