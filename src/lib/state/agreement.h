/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file agreement.h  Parameters that are the same on all ranks: read on rank 0, broadcast.
 *
 * Order of precedence: default < tune file (FANOUT_TUNE_FILE) < MPI_Info < environment.
 */
#ifndef FAN_LIB_STATE_AGREEMENT_H
#define FAN_LIB_STATE_AGREEMENT_H

#include "base/status.h"
#include "tune/params.h"

#include <mpi.h>
#include <stdbool.h>

/**
 * Parameters from all origins. Collective. A wrong value is the same failure on all ranks.
 *
 * @param traced  receives whether rank 0 has FANOUT_TRACE in its environment
 */
fan_status fan_agree_on_params(MPI_Comm comm, MPI_Info hints, fan_params *params, bool *traced);

/** This rank's own FANOUT_TIMEOUT, which bounds the wait in which rank 0's is told. Local. */
double fan_agree_own_timeout(void);

/**
 * Overlay `hints`, and the environment again, on the parameters that rank 0 has in `params`.
 * Collective.
 */
fan_status fan_agree_on_hints(MPI_Comm comm, MPI_Info hints, fan_params *params);

#endif
