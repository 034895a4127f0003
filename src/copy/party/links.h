/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file links.h  How fast each rank receives, measured while no data travels: each sends a train
 * of messages to the next. Who gets little is asked again, by one that is not suspected: its
 * neighbour may have been the slow one.
 */
#ifndef FAN_COPY_PARTY_LINKS_H
#define FAN_COPY_PARTY_LINKS_H

#include <mpi.h>

/**
 * Measure. It takes at most a 32nd of the time of the copy. Collective; equal on all ranks.
 *
 * @param left   bytes that are to be sent
 * @param rates  [size of comm] receives bytes per second; unchanged if that is too little
 */
void fan_copy_links_measure(MPI_Comm comm, double left, double *rates);

#endif
