/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file memory.h  What was measured of the network, kept for the next job (tune/cache/cache.h). On
 * rank 0 of a communicator only, which tells the others; local and thread-safe. What cannot be read
 * or written is as if it were not there; with FANOUT_STATS a warning says why.
 *
 * It is written in MPI_Finalize: no broadcast waits for a file system, and a job that ends
 * otherwise leaves nothing. Two jobs of the same hosts that end at the same time both write; the
 * last one stays.
 */
#ifndef FAN_LIB_ADAPT_MEMORY_H
#define FAN_LIB_ADAPT_MEMORY_H

#include "comm/probe/probe.h"
#include "lib/state/comm_state.h"

/**
 * Where rank 0 found the ranks of a connected state. NULL on other ranks, or if the topology file
 * has changed since.
 */
const fan_hosts *fan_adapt_hosts(const fan_comm_state *state);

/** What an earlier job has found between the nodes of a connected state; false: nothing. */
bool fan_adapt_recall(const fan_comm_state *state, fan_probe_link *link);

/** Keep what was measured, if there was time for the bandwidth to settle. */
void fan_adapt_keep(const fan_comm_state *state, const fan_probe_link *link);

/** Write what has been kept. */
void fan_adapt_write_down(void);

#endif
