/* SPDX-License-Identifier: BSD-3-Clause */
/** @file listener.h  What the job prints: marks are taken out, the rest goes on. Local. */
#ifndef FAN_COPY_DRIVE_LISTENER_H
#define FAN_COPY_DRIVE_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

/** Gets a mark. */
typedef void fan_copy_drive_hear_fn(void *state, const char *kind, const char *text);

typedef struct fan_copy_drive_listener {
    fan_copy_drive_hear_fn *hear;
    void *state;
    char *line; /**< what may become a mark */
    size_t used, room;
} fan_copy_drive_listener;

/** Take the next bytes. */
void fan_copy_drive_listener_take(fan_copy_drive_listener *listener, const char *data,
                                  size_t bytes);

/** The output has ended: what did not become a mark goes on. */
void fan_copy_drive_listener_close(fan_copy_drive_listener *listener);

#endif
