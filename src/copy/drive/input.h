/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file input.h  Standard input, given to the job by a pipe of our own: launchers lose or repeat
 * some of what they pass on. Local.
 */
#ifndef FAN_COPY_DRIVE_INPUT_H
#define FAN_COPY_DRIVE_INPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct fan_copy_drive_input {
    int reader;    /**< the job's end, which is kept open: what nobody has read yet is not lost */
    int writer;    /**< -1: all is given */
    char path[64]; /**< by which a process of this host opens the job's end; "": there is none */
    char *data;
    size_t begin, end; /**< of what was read and not yet given */
    size_t given;      /**< bytes that are in the pipe, or were */
    bool taken;        /**< the job is under way, and reads it */
    int error;         /**< of reading; then the job never sees the end of its input */
} fan_copy_drive_input;

/** Make the pipe. 0 or an errno value. */
int fan_copy_drive_input_open(fan_copy_drive_input *input);

/** Whether a job, which has ended, may have read some of it: then another one would not get all. */
bool fan_copy_drive_input_used(const fan_copy_drive_input *input);

/** What to wait for. Its descriptor is -1 if all is given. */
struct pollfd fan_copy_drive_input_wanted(const fan_copy_drive_input *input);

/** Do what can be done now. */
void fan_copy_drive_input_move(fan_copy_drive_input *input, short events);

void fan_copy_drive_input_close(fan_copy_drive_input *input);

#endif
