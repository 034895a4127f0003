/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file agreement.h  Parameters that are the same on all ranks: read on rank 0, broadcast.
 *
 * Order of precedence: default < tune file (FANOUT_TUNE_FILE) < MPI_Info < environment.
 */
#ifndef FAN_LIB_STATE_AGREEMENT_H
#define FAN_LIB_STATE_AGREEMENT_H

#include "base/status.h"
#include "comm/wait.h"
#include "tune/params.h"

#include <mpi.h>
#include <stdbool.h>

/** What rank 0 has in its environment besides. */
typedef struct fan_agreed {
    bool traced;      /**< FANOUT_TRACE */
    bool is_one_node; /**< a hint: see lib/where/launched.h */
} fan_agreed;

/** Parameters from all origins. Collective. A wrong value is the same failure on all ranks. */
fan_status fan_agree_on_params(MPI_Comm comm, MPI_Info hints, fan_params *params,
                               fan_agreed *agreed);

/**
 * Whether this rank itself, before it is told the parameters, knows that broadcasts on `comm` go on
 * when ranks die: by the environment or an MPI_Info, in a run with ULFM. Local.
 */
bool fan_agree_goes_on(MPI_Comm comm, MPI_Info hints);

/** This rank's own FANOUT_TIMEOUT, which bounds the wait in which rank 0's is told. Local. */
double fan_agree_own_timeout(void);

/**
 * Replace `*bits` by those that all ranks of `comm` give that live: all of them get the same,
 * though ranks may die meanwhile. Only where this run has ULFM. It costs a round trip.
 *
 * @param bound  that ends it; a death does not
 * @return       FAN_ERR_TRANSPORT if the user has revoked `comm`, or FAN_ERR_TIMEOUT, on this rank:
 *               then nothing is agreed on, and others are not to be waited for again
 */
fan_status fan_agree_among_living(MPI_Comm comm, fan_comm_bound bound, int *bits);

/**
 * Overlay `hints`, and the environment again, on the parameters that rank 0 has in `params`.
 * Collective.
 */
fan_status fan_agree_on_hints(MPI_Comm comm, MPI_Info hints, fan_params *params);

#endif
