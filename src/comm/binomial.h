/* SPDX-License-Identifier: BSD-3-Clause */
/** @file binomial.h  Broadcasts that are too small to be cut, by plain messages. */
#ifndef FAN_COMM_BINOMIAL_H
#define FAN_COMM_BINOMIAL_H

#include <mpi.h>

/**
 * Broadcast the data down a binomial tree of ranks, and wait as wait.h says. Collective, blocking.
 * Returns MPI's code.
 *
 * @param comm  private; errors return
 * @param tag   of the messages. Such broadcasts may follow each other with the same one
 */
int fan_comm_binomial(void *data, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                      int tag);

#endif
