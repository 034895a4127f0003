/* SPDX-License-Identifier: BSD-3-Clause */
/** @file arguments.h  Are the arguments of a broadcast right, on this rank and across ranks? */
#ifndef FAN_LIB_CALL_ARGUMENTS_H
#define FAN_LIB_CALL_ARGUMENTS_H

#include "lib/state/comm_state.h"

#include <stdbool.h>

/**
 * Would the MPI library's own broadcast take them? Local, some nanoseconds. MPI has no call that
 * says whether a datatype is committed, so this asks with a send to nobody (MPI_PROC_NULL).
 */
bool fan_arguments_accepted(const void *buffer, MPI_Count count, MPI_Datatype datatype);

/**
 * Are bytes and root equal on all ranks? Collective; the state is connected. FAN_ERR_DISAGREEMENT
 * on all ranks if they are not, after a warning by rank 0 that names the ranks.
 */
fan_status fan_arguments_compare(const fan_comm_state *state, int64_t bytes, int root);

#endif
