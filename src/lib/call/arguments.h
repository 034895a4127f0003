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

/** Whether that need not be asked: memory, and a predefined datatype without gaps. Local. */
bool fan_arguments_are_usual(const void *buffer, MPI_Datatype datatype);

/**
 * The error of wrong arguments that are not used yet, for which MPI 3 has no call that would say
 * so. MPI_SUCCESS on an intercommunicator, where it depends on the group. Local.
 */
int fan_arguments_error(const void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                        MPI_Comm comm);

/**
 * Compare bytes, root, and what ranks decide by (decision.h) across ranks. Collective. If they
 * differ, rank 0 prints a warning that names the ranks, and all ranks get FAN_ERR_DISAGREEMENT.
 */
fan_status fan_arguments_compare(const fan_comm_state *state, int64_t bytes, int root);

#endif
