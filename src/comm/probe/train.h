/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file train.h  How fast a rank receives, while others do the same: one train of messages to each.
 *
 * The first messages of a train do not count: they are what a link lets through at full speed, and
 * they wait for a sender that comes late. What follows cannot, because all of it is on its way.
 */
#ifndef FAN_COMM_PROBE_TRAIN_H
#define FAN_COMM_PROBE_TRAIN_H

#include <mpi.h>
#include <stdint.h>

enum {
    FAN_PROBE_TRAIN_PIECE = 16 * 1024, /**< bytes of a message: MPI sends it at once */
    FAN_PROBE_TRAIN_MOST = 512         /**< messages that count */
};

/**
 * Send one train, and receive another. Waits as wait.h says, and returns MPI's code; after an error
 * nothing that was begun is in progress.
 *
 * @param comm    private; errors return
 * @param to      a rank that receives from this one, or MPI_PROC_NULL
 * @param from    a rank that sends to this one, or MPI_PROC_NULL
 * @param tag     which nothing else uses at the same time
 * @param pieces  that count, FAN_PROBE_TRAIN_MOST at most; equal on all ranks
 * @param rate    receives bytes per second, 0: nothing was received
 */
int fan_probe_train(MPI_Comm comm, int to, int from, int tag, int pieces, double *rate);

#endif
