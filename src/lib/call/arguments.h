/* SPDX-License-Identifier: BSD-3-Clause */
/** @file arguments.h  Are the arguments of a broadcast right, on this rank and across ranks? */
#ifndef FAN_LIB_CALL_ARGUMENTS_H
#define FAN_LIB_CALL_ARGUMENTS_H

#include "lib/state/comm_state.h"

#include <stdbool.h>

/**
 * Whether the MPI library's own broadcast would accept them. Local; takes some nanoseconds. MPI
 * offers no call that says whether a datatype is committed, so this sends to nobody
 * (MPI_PROC_NULL).
 */
bool fan_arguments_accepted(const void *buffer, MPI_Count count, MPI_Datatype datatype);

/**
 * Compare bytes, root, and what ranks decide by (decision.h) across ranks. Collective. If they
 * differ, rank 0 prints a warning that names the ranks, and all ranks get FAN_ERR_DISAGREEMENT.
 */
fan_status fan_arguments_compare(const fan_comm_state *state, int64_t bytes, int root);

#endif
