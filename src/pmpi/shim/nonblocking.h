/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file nonblocking.h  Which nonblocking broadcasts are taken over.
 *
 * libfanout's first one on a communicator waits for the other ranks, which MPI_Ibcast must not do.
 * So the first ones are MPI's, and are counted; the next blocking call on the communicator that the
 * shim sees, in which ranks may wait for each other, prepares it. That is the same call on all
 * ranks, because MPI has them call collective operations in one order. From then on
 * fanout_ibcast does not wait.
 *
 * Only where all ranks have MPI_THREAD_MULTIPLE: then a thread makes broadcasts go on while the
 * program computes, or waits in MPI.
 */
#ifndef FAN_PMPI_SHIM_NONBLOCKING_H
#define FAN_PMPI_SHIM_NONBLOCKING_H

#include "pmpi/shim/comm_record.h"

/** Whether one of so many bytes is ours. If not, it is counted. Local. */
bool fan_nonblocking_is_ours(fan_comm_record *record, int64_t bytes);

/**
 * To be called in a blocking collective call on a communicator, before it does anything. Collective
 * where the communicator is to be prepared, else local and cheap. Errors have been raised; then
 * nonblocking broadcasts stay MPI's.
 */
void fan_nonblocking_prepare(MPI_Comm comm);

/** Start one that is ours. Local, but for data in device memory, which is waited for. */
int fan_nonblocking_start(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                          MPI_Comm comm, MPI_Request *request);

/** Broadcast by fanout_ibcast_c, and wait. */
int fan_nonblocking_wait(void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                         MPI_Comm comm);

#endif
