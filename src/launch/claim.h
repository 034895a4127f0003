/* SPDX-License-Identifier: BSD-3-Clause */
/** @file claim.h  How many processes the launcher has started, by the environment. */
#ifndef FAN_LAUNCH_CLAIM_H
#define FAN_LAUNCH_CLAIM_H

#include <stdbool.h>

/** What one variable says. */
typedef struct fan_launch_claim {
    const char *variable;
    const char *value;
    bool first; /**< this is the first of the processes, or that is not known */
} fan_launch_claim;

/**
 * Whether some launcher says that it has started this process as one of several. Local.
 *
 * A process may have the variables of several launchers, such as those of the batch system's and
 * of an mpirun inside of it. The one that belongs to the program's own MPI library decides. Only
 * without it the others count.
 *
 * @param own    the variable with the number of processes that the launcher of the program's MPI
 *               library sets
 * @param claim  [out] the variable that says so
 */
bool fan_launch_claims_several(const char *own, fan_launch_claim *claim);

/**
 * Whether this process was started as a part of a job of MPI, if only of one process. One task of
 * Slurm that is not more than a shell does not count. Local.
 *
 * @param claim  [out] the variable that says so
 */
bool fan_launch_is_in_job(fan_launch_claim *claim);

/**
 * To be called before this process ends with a failure that only the first one tells, because a
 * launcher ends the whole job as soon as one process has failed. Returns at once in the first one,
 * in others after two seconds. Local.
 */
void fan_launch_let_first_speak(bool is_first);

#endif
