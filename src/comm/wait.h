/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file wait.h  How this library waits for MPI: never in a call of MPI's that blocks, because a
 * rank that this one waits for may itself wait for a broadcast that this process has pending.
 */
#ifndef FAN_COMM_WAIT_H
#define FAN_COMM_WAIT_H

#include "base/status.h"
#include "pulse/pulse.h"

#include <mpi.h>
#include <stdbool.h>

/** What ends a wait, although what is waited for has not come. */
typedef struct fan_comm_bound {
    double limit;     /**< seconds without progress; 0: none */
    fan_pulse *pulse; /**< of those that are waited for: their silence ends it at once; or NULL */
    bool may_die;     /**< a death among the ranks of `comm` ends it at once: see ulfm.h */
    bool is_own;      /**< `comm` is private: it is revoked then */
    MPI_Comm comm;    /**< theirs, if they may die or there is a pulse */
} fan_comm_bound;

/** Those of this thread from now on, in fan_comm_complete. Local to the thread. */
void fan_comm_bound_set(fan_comm_bound bound);

/** Of one wait. All zero at first, and again whenever something has moved. */
typedef struct fan_comm_patience {
    double last, waited; /**< seconds */
    double died;         /**< when a death was found */
} fan_comm_patience;

/**
 * After a look that has found nothing: whether to give up. Then the reason has been recorded, as a
 * failure. Time counts only while the caller looks: a process that does something else, or is
 * stopped, does not run out of patience meanwhile.
 */
bool fan_comm_is_out_of_patience(fan_comm_patience *patience, fan_comm_bound bound);

/**
 * Around a call of MPI's that cannot be given up: if somebody falls silent while it lasts, the
 * process says so and aborts the job. Local.
 *
 * @return false: somebody is silent already, so do not begin; that is recorded as a failure
 */
bool fan_comm_begin_blocking(void);
void fan_comm_end_blocking(void);

/** The alarm of a pulse whose members this process may wait for: see fan_comm_begin_blocking. */
void fan_comm_on_silence(fan_pulse *pulse, void *unused);

/**
 * MPI_Finalize begins: if, with a timeout, a member of the largest communicator that was watched
 * falls silent before it has ended, this process says so and ends with EXIT_FAILURE, so that the
 * launcher ends the job. Local.
 */
void fan_comm_begin_finalize(void);

/** What is to be done again and again while a process waits. Local, thread-safe. */
void fan_comm_while_waiting(void (*progress)(void));

/**
 * Wait for a request of MPI's. Thread-safe. Returns MPI's code, or FAN_GAVE_UP: then MPI may still
 * use the buffers, for ever.
 */
int fan_comm_complete(MPI_Request *request);

/** The same for a message: one that is given up is cancelled. */
int fan_comm_complete_message(int code, MPI_Request *request);

/**
 * The same for several, after `code`. Returns the first error; nothing is in progress then. When
 * one is given up, so are the others.
 */
int fan_comm_complete_messages(int code, int count, MPI_Request *requests);

/** The same, for a call that has returned `code` and, with MPI_SUCCESS, made the request. */
int fan_comm_completed(int code, MPI_Request *request);

/** The first error of two codes, in the order of the calls; but FAN_GAVE_UP goes before others. */
static inline int fan_comm_first(int code, int next)
{
    return code == MPI_SUCCESS || next == FAN_GAVE_UP ? next : code;
}

/** Let others have the processor and do what is pending. To be called by who polls. */
void fan_comm_pause(int *polls);

#endif
