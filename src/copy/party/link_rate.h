/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file link_rate.h  How fast one copy would travel: a short transfer from the source to one other
 * host.
 */
#ifndef FAN_COPY_PARTY_LINK_RATE_H
#define FAN_COPY_PARTY_LINK_RATE_H

#include "copy/job/outcome.h"

#include <mpi.h>
#include <stdint.h>

/**
 * Measure. Collective.
 *
 * @param outcomes  on rank 0: of all ranks
 * @param total     bytes that are going to travel; too few to measure for: nothing is sent
 * @return on rank 0: bytes per second, or 0 if there is no other host or too little to copy;
 *         elsewhere 0
 */
double fan_copy_link_rate_measure(const fan_copy_outcome *outcomes, int64_t total, MPI_Comm comm);

#endif
