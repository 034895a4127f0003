/* SPDX-License-Identifier: BSD-3-Clause */
/** @file attach.h  The parameters of libfanout for a copy. */
#ifndef FAN_COPY_PARTY_ATTACH_H
#define FAN_COPY_PARTY_ATTACH_H

#include <mpi.h>

/**
 * Attach them to `stream`. A wrong FANOUT_ variable is known here, on all ranks alike, before
 * anything is written. Collective.
 *
 * @param patience  seconds that hosts wait for each other; 0: as libfanout does by itself
 * @param text      [MPI_MAX_ERROR_STRING]: why it fails
 * @return MPI's code
 */
int fan_copy_attach(double patience, MPI_Comm stream, char *text);

#endif
