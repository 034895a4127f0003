/* SPDX-License-Identifier: BSD-3-Clause */
/** @file ancestor.h  The processes above this one: the launcher is one of them. From /proc. */
#ifndef FAN_LAUNCH_ANCESTOR_H
#define FAN_LAUNCH_ANCESTOR_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * The nearest ancestor (there may be a shell between) that has one end of the pipe which is `fd`
 * here, or 0: it is no pipe, or nobody on this host and of this user has it. Local.
 *
 * @param access  S_IRUSR: the end from which one reads; S_IWUSR: that to which one writes
 */
pid_t fan_launch_ancestor_with(int fd, mode_t access);

/** Whether `process` is still above this one: who has died is not. Local. */
bool fan_launch_is_ancestor(pid_t process);

#endif
