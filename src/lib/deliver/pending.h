/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file pending.h  Broadcasts in progress: which of them may run, and how all of them make progress
 * while one is waited for.
 *
 * Those of one lane run one after the other in the order of their calls, so that their messages
 * cannot be taken for each other's. Those of different lanes run side by side.
 *
 * They make progress in each call that tests or waits for a broadcast, and whenever the library
 * waits for MPI (comm/wait.h). With FANOUT_PROGRESS=thread in its environment and
 * MPI_THREAD_MULTIPLE a process has a thread for it as well; so it has from the first errand on.
 */
#ifndef FAN_LIB_DELIVER_PENDING_H
#define FAN_LIB_DELIVER_PENDING_H

#include "lib/deliver/comparison.h"
#include "lib/deliver/delivery.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

/** A broadcast that has been started. Must stay where it is until it is finished. */
typedef struct fan_pending {
    fan_delivery_task task;
    fan_delivery delivery;
    pthread_t caller; /**< of a stream: nobody else may call its callbacks */
    bool compares;    /**< it has not been found yet that all ranks start the same */
    fan_comparison comparison;
    fan_comm_patience patience; /**< of the comparison */
    atomic_bool finished;
    fan_failure end; /**< how it has ended, which may have been in another thread */
    TAILQ_ENTRY(fan_pending) link;
} fan_pending;

/**
 * Start a broadcast. Local, thread-safe. With `compares` it is collective, nonblocking: ranks first
 * find out whether they start the same, and the task may have no bytes.
 */
void fan_pending_start(fan_pending *pending, const fan_delivery_task *task, bool compares);

/** Do what can be done now for all broadcasts that have been started. Local, thread-safe. */
void fan_pending_all(void);

/** Wait for a broadcast. Returns its status; a failure is recorded in the calling thread. */
fan_status fan_pending_wait(fan_pending *pending);

/** Start a broadcast and wait for it. */
fan_status fan_pending_deliver(const fan_delivery_task *task);

/** Wait for the broadcasts of a lane of a state; `lane` NULL: for those of all lanes. */
void fan_pending_finish(const fan_comm_state *state, const fan_lane *lane);

/**
 * Call `call` now; but if this is called from inside of a step of this thread, which MPI may do
 * when it completes something, after that step. Local, thread-safe.
 */
void fan_pending_after_step(void (*call)(void *argument), void *argument);

/**
 * With MPI_THREAD_MULTIPLE start the thread, whatever FANOUT_PROGRESS says. False: there is none.
 * Local, thread-safe.
 */
bool fan_pending_begin_thread(void);

/** What the thread is to do when it is time. It must stay where it is until then. */
typedef struct fan_pending_errand {
    /** Called again and again, without a lock; true: it is done, and may be gone. */
    bool (*attempt)(struct fan_pending_errand *errand);
    STAILQ_ENTRY(fan_pending_errand) link;
} fan_pending_errand;

/** Give the thread an errand. fan_pending_begin_thread has been true. Local, thread-safe. */
void fan_pending_run_errand(fan_pending_errand *errand);

/** End the thread, if it runs. */
void fan_pending_end(void);

#endif
