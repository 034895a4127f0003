/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file guard.h  A process between this one and the command of --pipe, which starts the command.
 *
 * It has the writing end of the command's input, too, so that the input does not end before the
 * guard lets it: if the copy stops early, even by SIGKILL, the guard first ends the command and all
 * that this has started. It is this program again, without MPI.
 */
#ifndef FAN_COPY_COMMAND_GUARD_H
#define FAN_COPY_COMMAND_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

/** A guard, for the process that has started it. */
typedef struct fan_copy_guard {
    pid_t process; /**< 0: there is none */
    /** a socket: tells the guard that the data is complete, gets the command's status */
    int line;
} fan_copy_guard;

/**
 * Start a guard, and by that a command.
 *
 * @param command  for /bin/sh
 * @param input    receives the descriptor that the command's input comes from
 * @return 0 or an errno value
 */
int fan_copy_guard_start(fan_copy_guard *guard, const char *command, int *input);

/** The data is complete: the input may end when the caller closes it. */
void fan_copy_guard_let_end(const fan_copy_guard *guard);

/**
 * Wait for the end of the command.
 *
 * @param seconds  at most; 0: as long as it takes
 * @param status   receives its status as waitpid() gives it, -1 if that is not known
 * @return false if it has not ended
 */
bool fan_copy_guard_wait(const fan_copy_guard *guard, double seconds, int *status);

/** End the command, if it is still there, and the guard. The caller closes the input afterwards. */
void fan_copy_guard_close(fan_copy_guard *guard);

/** Whether this process is to be a guard. */
bool fan_copy_guard_is_wanted(int argc, char **argv);

/** Be a guard. Returns its exit status. */
int fan_copy_guard_run(char **argv);

#endif
