/* SPDX-License-Identifier: BSD-3-Clause */
/** @file call.h  A collective call: its ranks, and that all of them learn of a failure on one. */
#ifndef FAN_COPY_LIBRARY_CALL_H
#define FAN_COPY_LIBRARY_CALL_H

#include "copy/library/findings.h"

#include <mpi.h>
#include <stdbool.h>

typedef struct fan_copylib_call {
    MPI_Comm user; /**< the communicator that was given */
    MPI_Comm job;  /**< private, with the same ranks; errors return */
    int rank, size, root;
    int code;    /**< of MPI, if a call of it has failed before anything was agreed on */
    bool agreed; /**< all ranks know the failure */
    bool lost;   /**< the communicators can neither be used nor freed */
    fan_copylib_findings findings;
} fan_copylib_call;

/** False, with the failure recorded, if the communicator or the root is invalid. Collective. */
bool fan_copylib_begin(fan_copylib_call *call, int root, MPI_Comm comm);

/** Record a failure of this rank, unless there is one. Local. */
void fan_copylib_fail(fan_copylib_call *call, fan_copylib_kind kind, const char *path,
                      const char *text);

/** False if a failure is recorded on any rank: the first such rank's is then all ranks'.
 * Collective. */
bool fan_copylib_agree(fan_copylib_call *call);

/** Raise the failure, if there is one, and return its code. Releases the call. Collective. */
int fan_copylib_end(fan_copylib_call *call);

#endif
