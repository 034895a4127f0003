/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file findings.h  FANOUT_STATS: what rank 0 of MPI_COMM_WORLD has found out on its communicators,
 * printed in MPI_Finalize. All functions are local and thread-safe.
 */
#ifndef FAN_LIB_ADAPT_FINDINGS_H
#define FAN_LIB_ADAPT_FINDINGS_H

#include "lib/state/comm_state.h"

/** Keep the words on a communicator, which is about to be freed, or at the end of MPI. */
void fan_findings_add(const fan_comm_state *state);

/** Print what has been kept, on standard error. */
void fan_findings_print(void);

#endif
