/* SPDX-License-Identifier: BSD-3-Clause */
/** @file watch.h  What the user, or a child that has ended, tells this process. Local. */
#ifndef FAN_COPY_HOSTS_WATCH_H
#define FAN_COPY_HOSTS_WATCH_H

#include <stdbool.h>

typedef struct fan_copy_watch {
    int fd;    /**< can be read when there is something to look at */
    int stops; /**< SIGINT, SIGTERM and SIGHUP that have come */
} fan_copy_watch;

/** From now on these signals do nothing but that. False, with errno, if that fails. */
bool fan_copy_watch_open(fan_copy_watch *signals);

/** Take what has come. Returns whether the user wants to stop. */
bool fan_copy_watch_look(fan_copy_watch *signals);

/** Wait for one of them, or for so many milliseconds. Returns whether the user wants to stop. */
bool fan_copy_watch_wait(fan_copy_watch *signals, int milliseconds);

#endif
