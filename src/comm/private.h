/* SPDX-License-Identifier: BSD-3-Clause */
/** @file private.h  A communicator of our own, so that our messages never meet the user's. */
#ifndef FAN_COMM_PRIVATE_H
#define FAN_COMM_PRIVATE_H

#include "base/status.h"

#include <mpi.h>
#include <stdbool.h>

/**
 * A new communicator with the ranks of `comm`, on which errors return.
 * Collective. The caller frees it.
 *
 * Open MPI 4.1.4 can hang when two threads of a process make communicators of different members at
 * the same time. So only one thread of a process does it here at a time, and since ranks may come
 * to two communicators in different order, none waits for its turn: those of the communicator try
 * to take theirs, find out whether all of them have it, and if not, give it back and try again. Nor
 * does a thread have its turn while it waits for others to come: what keeps them may be what
 * another thread of this process is to do. What the program's own threads make at the same time
 * cannot be seen from here.
 */
fan_status fan_comm_private(MPI_Comm comm, MPI_Comm *own);

/**
 * Take the turn of this process to make a communicator, if no other thread has it. Local.
 *
 * @param have_come  whether all ranks of the communicator are known to have come; if not, this
 *                   fails where there may be other threads
 */
bool fan_comm_take_turn(bool have_come);

/** Give it back. Local. */
void fan_comm_end_turn(void);

/** A pause before the next try, of random length, so that two do not meet again and again. */
void fan_comm_miss_turn(void);

/**
 * fan_comm_private for ranks that all have their turn and are known to have come here, so that it
 * need not be waited for others. A failure is raised on no error handler. Collective.
 */
fan_status fan_comm_private_now(MPI_Comm comm, MPI_Comm *own);

#endif
