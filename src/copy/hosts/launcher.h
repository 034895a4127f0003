/* SPDX-License-Identifier: BSD-3-Clause */
/** @file launcher.h  The program that starts MPI jobs: which one, and how it is told. Local. */
#ifndef FAN_COPY_HOSTS_LAUNCHER_H
#define FAN_COPY_HOSTS_LAUNCHER_H

#include "copy/hosts/hosts.h"

#include <limits.h>
#include <sys/types.h>

typedef enum fan_copy_launcher_kind {
    FAN_COPY_LAUNCHER_OPEN_MPI,
    FAN_COPY_LAUNCHER_HYDRA, /**< MPICH's */
    FAN_COPY_LAUNCHER_SLURM
} fan_copy_launcher_kind;

typedef struct fan_copy_launcher {
    fan_copy_launcher_kind kind;
    char path[PATH_MAX];
    char program[PATH_MAX]; /**< this program, by its absolute path */
} fan_copy_launcher;

/**
 * Find srun, in a job of Slurm, or the launcher in PATH that belongs to the MPI library.
 *
 * @param wrong  [out] what is missing, and what to do
 */
bool fan_copy_launcher_find(fan_copy_launcher *launcher, char *wrong, size_t size);

/** Its name, for messages. */
const char *fan_copy_launcher_name(const fan_copy_launcher *launcher);

/** The signal that it passes on to all processes, and by which these know that the user stops. */
int fan_copy_launcher_stop(const fan_copy_launcher *launcher);

/** Whether it waits for ever for a host that it could not reach when it began. */
bool fan_copy_launcher_gets_stuck(const fan_copy_launcher *launcher);

/**
 * Start this program by it, one process on each host. Standard input is empty.
 *
 * @param names      of the hosts, [count]
 * @param arguments  of this program, without its name; the last is NULL
 * @param output     becomes its standard output
 * @param errors     becomes its standard error; -1: it has ours
 * @return 0 or an errno value
 */
int fan_copy_launcher_start(const fan_copy_launcher *launcher, const char *const *names, int count,
                            const char *const *arguments, int output, int errors, pid_t *process);

#endif
