/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file death.h  Whether a process of the copy has died, as far as this one has learnt by calls of
 * MPI. From then on nothing that these calls return is to be relied on: the attempt is given up,
 * and what it says is not told. Local.
 */
#ifndef FAN_COPY_SURVIVE_DEATH_H
#define FAN_COPY_SURVIVE_DEATH_H

#include <mpi.h>
#include <stdbool.h>

/**
 * From now on a death is noted when a call on `comm`, or on what is made from it, fails because of
 * it; and others that wait there for this process are let go. Other errors still end the job.
 */
void fan_copy_death_watch(MPI_Comm comm);

/** The same for a call of libfanout that has returned `code`: whether it failed because of it. */
bool fan_copy_death_explains(int code);

/**
 * The same where no call fails, as in a loop that looks for messages from anybody: whether a rank
 * of `comm` has died. Takes 0.1 us.
 */
bool fan_copy_death_has_shown(MPI_Comm comm);

/** Quick, thread-safe. */
bool fan_copy_death_is_noted(void);

/** A new attempt begins, without those that have died. */
void fan_copy_death_forget(void);

#endif
