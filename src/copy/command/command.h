/* SPDX-License-Identifier: BSD-3-Clause */
/** @file command.h  --pipe: a command on each host that reads the data. */
#ifndef FAN_COPY_COMMAND_COMMAND_H
#define FAN_COPY_COMMAND_COMMAND_H

#include "copy/job/outcome.h"

#include <sys/types.h>

typedef struct fan_copy_command {
    fan_copy_outcome *outcome; /**< where failures are recorded; its path is what %d stands for */
    pid_t process;             /**< 0: not running */
    int fd;                    /**< its standard input */
} fan_copy_command;

/** Start `text` with /bin/sh; %d, %h, %r, %% are replaced, quoted. False if that fails. */
bool fan_copy_command_start(fan_copy_command *command, const char *text, fan_copy_outcome *outcome);

/** Pass it the next bytes. False if that fails. */
bool fan_copy_command_write(fan_copy_command *command, const void *data, size_t bytes);

/** End its input and wait for it. False if it does not exit with 0. */
bool fan_copy_command_finish(fan_copy_command *command);

/** End it, if it is still there, before it sees the end of its input. */
void fan_copy_command_close(fan_copy_command *command);

#endif
