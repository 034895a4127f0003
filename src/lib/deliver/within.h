/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file within.h  A broadcast that ends at a deadline, with what has come by then.
 *
 * The data travels by the schedule of any broadcast, but a rank waits for nobody: it has no window,
 * so a chunk that does not come holds up no other, and what is on its way when the rank leaves is
 * in memory of its own (mpi_mail.h). Ranks of a node are members of their own, because a ring would
 * wait for the slowest. Nothing is agreed on: whoever is late, or does not come, is not waited for
 * before the broadcast either.
 *
 * A rank that a peer has to send to is sent a few letters at most, so a peer that takes none holds
 * up only what it would have passed on: at most one subfile, for itself and for those behind it.
 * Who learns that there is no more of a subfile to come, because its peer has died or gone on,
 * tells those behind it.
 */
#ifndef FAN_LIB_DELIVER_WITHIN_H
#define FAN_LIB_DELIVER_WITHIN_H

#include "engine/store.h"
#include "lib/state/comm_state.h"

/** Equal on all ranks, but for the deadline and the store. */
typedef struct fan_within_task {
    fan_comm_state *state; /**< connected */
    int64_t bytes;
    int root;
    const fan_parts *parts; /**< that are to be the subfiles, or NULL */
    double deadline;        /**< of fan_clock_now */
    /** `fill` on the root, elsewhere `drain`, which gets the chunks in the order of their coming */
    fan_store store;
} fan_within_task;

/**
 * Run it, on the next of the state's numbers of broadcasts (`withins`), which the caller has
 * counted. Each rank calls it, but nobody waits for those that do not.
 *
 * @return FAN_OK, also if data is missing; FAN_ERR_MEMORY or FAN_ERR_TRUNCATED on this rank alone
 */
fan_status fan_within_run(const fan_within_task *task);

#endif
