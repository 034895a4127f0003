/* SPDX-License-Identifier: BSD-3-Clause */
/** @file party.h  Those among whom a stream goes. The source is rank 0. */
#ifndef FAN_COPY_PARTY_PARTY_H
#define FAN_COPY_PARTY_PARTY_H

#include "copy/job/ranks.h"

#include <mpi.h>
#include <stdbool.h>

typedef struct fan_copy_party {
    MPI_Comm talk;   /**< for messages; errors as on the writers' */
    MPI_Comm stream; /**< for fanout_stream; errors are returned */
    int rank, size;
    double *links; /**< [size] bytes per second that each receives; INFINITY: not known */
} fan_copy_party;

/** All writers. Local. */
fan_copy_party fan_copy_party_of_all(const fan_copy_ranks *ranks);

/** Measure the links anew, as links.h says. Collective. */
void fan_copy_party_measure(fan_copy_party *party, double left);

/**
 * Some leave: make the party of those that stay, and that of those that leave, with the source in
 * both. Where this rank is not in one, its `talk` is MPI_COMM_NULL. Collective.
 *
 * @param leaves    [size]
 * @param patience  as of fan_copy_attach
 * @param text      [MPI_MAX_ERROR_STRING] why it fails
 * @return MPI's code, but success after a death, which is noted: then both are to be given up
 */
int fan_copy_party_part(const fan_copy_party *party, const bool *leaves, double patience,
                        fan_copy_party *stay, fan_copy_party *leave, char *text);

/** Somebody has died: let go those that wait for this rank. Local. */
void fan_copy_party_give_up(const fan_copy_party *party);

/** Release what is not the writers'. Collective. */
void fan_copy_party_close(fan_copy_party *party, const fan_copy_ranks *ranks);

#endif
