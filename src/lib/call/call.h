/* SPDX-License-Identifier: BSD-3-Clause */
/** @file call.h  A call of a broadcast, in whichever form, and who is to do it. */
#ifndef FAN_LIB_CALL_CALL_H
#define FAN_LIB_CALL_CALL_H

#include "lib/state/comm_state.h"

typedef struct fan_call {
    void *buffer;
    MPI_Count count;
    MPI_Datatype datatype;
    int root;
    MPI_Comm comm;
    bool tries;       /**< ways may be tried for it, see lib/adapt/trial.h */
    bool nonblocking; /**< may not wait for other ranks once the state is connected */
    /* What fan_call_judge finds. */
    fan_comm_state *state;
    MPI_Count bytes;
} fan_call;

typedef enum fan_verdict {
    FAN_IS_OURS,       /**< the state is connected, bytes is at least 1, or 0 if there is a check */
    FAN_IS_MPIS,       /**< to be passed through to MPI */
    FAN_IS_TO_SURVIVE, /**< to be done by lib/survive, which prepares the state */
    FAN_IS_OPEN,       /**< `tries`, and the state, which is connected, adapts */
    FAN_IS_REFUSED     /**< an error has been raised */
} fan_verdict;

/**
 * Decide who does it; the same on all ranks, unless an argument is wrong. Collective the first time
 * on a communicator and with the parameter `check`; otherwise local. With `check` a nonblocking
 * call is ours whatever its bytes, and ranks have yet to compare their arguments. Thread-safe on
 * different communicators.
 *
 * @param code  receives what to return if the call is refused
 */
fan_verdict fan_call_judge(fan_call *call, int *code);

/**
 * Whether all that fan_call_judge and fan_trial_begin would find is that this blocking call is
 * MPI_Bcast's, whose arguments are in order, and nobody is to be told of it: most of the small
 * ones. Then `bytes` has been set, the data lies in one piece, and this was the beginning of the
 * broadcast. Local.
 *
 * To find that takes less than those two do, which is as long as a tenth of a small MPI_Bcast, or
 * more where ranks outnumber the cores, in whose caches the code of one takes the place of
 * another's.
 */
bool fan_call_is_settled(fan_call *call);

/**
 * Compare what ranks give, with the parameter `check`, connect the state if that is worth it, and
 * learn. Done already for other verdicts than FAN_IS_TO_SURVIVE. Collective as fan_call_judge.
 */
fan_status fan_call_prepare(fan_call *call);

#endif
