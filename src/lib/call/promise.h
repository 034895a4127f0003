/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file promise.h  A request of MPI's that this process completes itself: a generalized one.
 *
 * A receive of nothing from oneself, completed by a send, would have its error handler on a
 * communicator of ours, could be persistent, and works in Open MPI. But MPI_Wait of MPICH 4.0.2
 * does not see what another thread sends to its own process, and waits for ever.
 */
#ifndef FAN_LIB_CALL_PROMISE_H
#define FAN_LIB_CALL_PROMISE_H

#include <mpi.h>

typedef struct fan_promise fan_promise;

/** Make the request. It must be kept, once. Returns MPI's code. Local, thread-safe. */
int fan_promise_make(fan_promise **promise, MPI_Request *request);

/**
 * Complete the request, with `code` as its error if that is not MPI_SUCCESS. MPI raises it on
 * MPI_COMM_WORLD in the call that ends the request. The promise is no longer the caller's. Local,
 * thread-safe.
 */
void fan_promise_keep(fan_promise *promise, int code);

#endif
