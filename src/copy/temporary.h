/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file temporary.h  The one temporary file of this process.
 *
 * The data of DIR/NAME is written to DIR/.NAME.fanout-part, which its writer keeps locked with
 * flock() while it exists. A temporary file that nobody has locked belongs to a run that was
 * killed, and the next run removes it. There is one per process, because a signal handler must find
 * it.
 */
#ifndef FAN_COPY_TEMPORARY_H
#define FAN_COPY_TEMPORARY_H

#include <stdbool.h>

/**
 * Create the temporary file for `final_path`, readable by its owner only, and lock it.
 *
 * @param was_stale  set if one of a killed run was removed first
 * @return a descriptor for the caller to close, after which the lock is gone; or -1 with errno set:
 *         EBUSY when another process is writing there, ENAMETOOLONG, or what the file system says
 */
int fan_copy_temporary_create(const char *final_path, bool *was_stale);

/** Rename it to the final path. Returns 0, or -1 with errno set and the file still there. */
int fan_copy_temporary_commit(void);

/**
 * Remove it if there is one. Async-signal-safe.
 *
 * @return the final path that it was for, or NULL if there was none
 */
const char *fan_copy_temporary_remove(void);

#endif
