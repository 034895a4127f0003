/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file ulfm.h  Processes that have died, of which MPI tells the others (User-Level Failure
 * Mitigation): found out at configure from <mpi-ext.h>, and used in a run that has it. All
 * functions are thread-safe, and local unless they say something else. Without it nobody dies here.
 */
#ifndef FAN_COMM_ULFM_H
#define FAN_COMM_ULFM_H

#include <mpi.h>
#include <stdbool.h>

/** Whether this run has it: `mpirun --with-ft ulfm`. Each call asks: without it, at no cost. */
#ifdef HAVE_MPI_ULFM
bool fan_ulfm_is_on(void);
#else
static inline bool fan_ulfm_is_on(void)
{
    return false;
}
#endif

/** How many ranks of `comm` have died, as far as this process knows; `rank` receives the first. */
int fan_ulfm_dead(MPI_Comm comm, int *rank);

bool fan_ulfm_has_died(MPI_Comm comm, int rank);

/** Whether `comm` can be used no more: one of its ranks has died, or it was revoked. */
bool fan_ulfm_is_broken(MPI_Comm comm);

bool fan_ulfm_is_revoked(MPI_Comm comm);

/**
 * Let whatever is in progress on a private communicator fail, on all of its ranks: those that wait
 * for one that has given up because of a death would wait for ever.
 */
void fan_ulfm_revoke(MPI_Comm comm);

/** Whether a call of MPI's returned `code` because of a death. */
bool fan_ulfm_is_death(int code);

/** The class of such errors. */
int fan_ulfm_error_class(void);

/**
 * Whether all ranks say `good` and are alive. Those that live get the same answer. Collective, also
 * over a communicator that is revoked. Only where this run has ULFM.
 */
bool fan_ulfm_agree(MPI_Comm comm, bool good);

/**
 * Begin to replace `*bits` by those that all ranks give. Those that live get the same, also over a
 * communicator that is revoked; if somebody has died, the request ends with an error that is a
 * death. Collective. Returns MPI's code.
 */
int fan_ulfm_begin_agreement(MPI_Comm comm, int *bits, MPI_Request *request);

/** Those of `comm` that live, in its order; MPI_COMM_NULL if that fails. The same. */
MPI_Comm fan_ulfm_shrink(MPI_Comm comm);

#endif
