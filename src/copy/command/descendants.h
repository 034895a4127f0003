/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file descendants.h  All processes that a process has started, and those that these have started,
 * in whatever session or group they are. Local; for a process without threads.
 */
#ifndef FAN_COPY_COMMAND_DESCENDANTS_H
#define FAN_COPY_COMMAND_DESCENDANTS_H

/** From now on a process whose parent has ended becomes a child of this one: none is lost. */
void fan_copy_descendants_adopt(void);

/**
 * End them all: by SIGTERM if they have a handler for it and that ends them within some seconds,
 * otherwise by SIGKILL. Returns when they have ended.
 */
void fan_copy_descendants_end(void);

#endif
