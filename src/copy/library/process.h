/* SPDX-License-Identifier: BSD-3-Clause */
/** @file process.h  What a copy needs of the process that it is made in, which is not its own. */
#ifndef FAN_COPY_LIBRARY_PROCESS_H
#define FAN_COPY_LIBRARY_PROCESS_H

#include <signal.h>
#include <stdbool.h>

typedef struct fan_copylib_process {
    bool taken;      /**< it is this call's until the end */
    bool has_memory; /**< there is some in reserve */
    sigset_t mask;   /**< of the thread, before */
} fan_copylib_process;

/**
 * Take the process, if no other thread has it. A write beyond the limit of file sizes fails from
 * now on in this thread and in those that it starts, and ends no process. Local.
 */
void fan_copylib_process_take(fan_copylib_process *process);

/** Give it back as it was. Local. */
void fan_copylib_process_leave(fan_copylib_process *process);

#endif
