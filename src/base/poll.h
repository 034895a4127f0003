/* SPDX-License-Identifier: BSD-3-Clause */
/** @file poll.h  How a process waits for what others do, where ranks may outnumber the cores. */
#ifndef FAN_BASE_POLL_H
#define FAN_BASE_POLL_H

#include <stdbool.h>

/**
 * After a look that has found nothing: count it in `polls`, 0 at first, and yield the processor
 * from the 32nd look on. That many take some microseconds: longer than a message on a fast fabric
 * is late, shorter than a time slice. Local, thread-safe.
 *
 * @return whether it yielded
 */
bool fan_poll_pause(int *polls);

#endif
