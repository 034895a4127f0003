/* SPDX-License-Identifier: BSD-3-Clause */
/** @file process.h  Programs that are run for the copy. */
#ifndef FAN_OS_PROCESS_H
#define FAN_OS_PROCESS_H

#include <sys/types.h>

/** What a program gets that is not ours. */
typedef struct fan_os_process_setup {
    int input;                /**< becomes its standard input; -1: it has ours */
    int output;               /**< becomes its standard output; -1: it has ours */
    int errors;               /**< becomes its standard error; -1: it has ours */
    char *const *environment; /**< NULL: ours */
} fan_os_process_setup;

/**
 * Start a program in a process group of its own. Signals that this process holds back or ignores
 * are its own affair.
 *
 * @param program    a path, or a name to be found in PATH
 * @param arguments  the first is what the program is called, the last is NULL
 * @param setup      NULL: it has our streams and our environment
 * @return 0 or an errno value
 */
int fan_os_process_start(const char *program, const char *const arguments[],
                         const fan_os_process_setup *setup, pid_t *process);

/** Wait for its end. Returns its status as waitpid() gives it; -1 if that cannot be known. */
int fan_os_process_wait(pid_t process);

#endif
