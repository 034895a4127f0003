/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file blocking.h  Whether ranks may wait in MPI_Bcast.
 *
 * A rank that waits in a blocking call of MPI's stands still in its pending broadcasts (wait.h).
 * But MPI_Bcast is often faster than MPI_Ibcast, so it may be used where nothing can be pending:
 *
 * - Ranks agree to block in broadcasts of a communicator only if none of them has ever prepared a
 *   nonblocking or persistent broadcast, or has MPI_THREAD_MULTIPLE, with which other threads may.
 * - Ranks that prepare such broadcasts find out in the same agreement whether one of them blocks on
 *   some other communicator. If so, MPI does these broadcasts, and makes progress in its own calls;
 *   if not, they block no more on this one.
 *
 * So a process that may block has nothing pending. (Callbacks of a stream cannot broadcast.)
 *
 * All functions are local and thread-safe.
 */
#ifndef FAN_LIB_STATE_BLOCKING_H
#define FAN_LIB_STATE_BLOCKING_H

#include <stdbool.h>

/** Whether this process could block. */
bool fan_blocking_is_possible(void);

/** All ranks have agreed that a communicator blocks from now on, or not; `own` is what it did. */
void fan_blocking_set(bool *own, bool blocks);

/** Whether this process blocks on another communicator than the one that does what `own` says. */
bool fan_blocking_elsewhere(bool own);

/** This process has, or may have, broadcasts pending from now on. */
void fan_blocking_rule_out(void);

#endif
