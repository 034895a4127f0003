/* SPDX-License-Identifier: BSD-3-Clause */
/** @file command.h  --pipe: a command on each host that reads the data. All functions are local. */
#ifndef FAN_COPY_COMMAND_COMMAND_H
#define FAN_COPY_COMMAND_COMMAND_H

#include "copy/command/guard.h"
#include "copy/job/outcome.h"

/** What is started, and how long it is waited for. */
typedef struct fan_copy_command_options {
    const char *text; /**< for /bin/sh; %d, %h, %r, %% in it are replaced, quoted */
    double timeout;   /**< seconds in which it must take some data, or end; 0: there is no limit */
} fan_copy_command_options;

typedef struct fan_copy_command {
    fan_copy_command_options options;
    fan_copy_outcome *outcome; /**< where failures are recorded; its path is what %d stands for */
    fan_copy_guard guard;
    int fd; /**< its standard input */
} fan_copy_command;

/** Start it. False if that fails. */
bool fan_copy_command_start(fan_copy_command *command, const fan_copy_command_options *options,
                            fan_copy_outcome *outcome);

/** Pass it the next bytes. False if that fails. */
bool fan_copy_command_write(fan_copy_command *command, const void *data, size_t bytes);

/** End its input and wait for it. False if it does not exit with 0. */
bool fan_copy_command_finish(fan_copy_command *command);

/** End it, if it is still there, before it sees the end of its input. */
void fan_copy_command_close(fan_copy_command *command);

#endif
