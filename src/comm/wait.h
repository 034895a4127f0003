/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file wait.h  How this library waits for MPI: never in a call of MPI's that blocks, because a
 * rank that this one waits for may itself wait for a broadcast that this process has pending.
 */
#ifndef FAN_COMM_WAIT_H
#define FAN_COMM_WAIT_H

#include <mpi.h>

/** What is to be done again and again while a process waits. Local, thread-safe. */
void fan_comm_while_waiting(void (*progress)(void));

/** Wait for a request of MPI's. Thread-safe. Returns MPI's code. */
int fan_comm_complete(MPI_Request *request);

/** The same, for a call that has returned `code` and, with MPI_SUCCESS, made the request. */
int fan_comm_completed(int code, MPI_Request *request);

/** The first error of two codes, in the order of the calls. */
static inline int fan_comm_first(int code, int next)
{
    return code == MPI_SUCCESS ? next : code;
}

/** Let others have the processor and do what is pending. To be called by who polls. */
void fan_comm_pause(int *polls);

#endif
