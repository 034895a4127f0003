/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file trial.h  The contest of ways (plan/contest.h) on a communicator, for each class of sizes: a
 * power of two.
 *
 * A trial begins with an agreement, which lets ranks begin together; its time is that of the rank
 * that takes longest, which the ranks learn in the agreement of the next broadcast. So all know the
 * same when they decide.
 */
#ifndef FAN_LIB_ADAPT_TRIAL_H
#define FAN_LIB_ADAPT_TRIAL_H

#include "lib/adapt/class.h"
#include "lib/state/comm_state.h"

/** A broadcast that is under way. */
typedef struct fan_trial {
    fan_way way;
    int class; /**< of its size */
    bool timed;
    double start;
} fan_trial;

/**
 * Begin a broadcast: find which way to go. Collective when a trial begins, and in the call after
 * one; otherwise local. The state is connected, and adapts.
 */
fan_status fan_trial_begin(fan_comm_state *state, int64_t bytes, int root, fan_trial *trial);

/**
 * Whether that would find without a word to the others that ranks block in MPI_Bcast for so many
 * bytes. If so, that was the beginning of a broadcast. Local.
 */
bool fan_trial_is_settled(fan_comm_state *state, int64_t bytes);

/** The broadcast has ended on this rank. Local. */
void fan_trial_end(fan_comm_state *state, const fan_trial *trial, bool succeeded);

#endif
