/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/pending.h"

#include "base/log.h"
#include "base/poll.h"
#include "comm/check.h"
#include "comm/wait.h"
#include "engine/mpi/mpi_wait.h"
#include "tune/variables.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Less than a chunk takes on most networks, but long enough to leave a core to the program. */
enum { THREAD_PAUSE_NS = 50 * 1000 };

/* In the order of their start. */
static TAILQ_HEAD(pending_list, fan_pending) all_pending = TAILQ_HEAD_INITIALIZER(all_pending);
static STAILQ_HEAD(errand_list,
                   fan_pending_errand) all_errands = STAILQ_HEAD_INITIALIZER(all_errands);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_came = PTHREAD_COND_INITIALIZER;

static struct {
    pthread_t handle;
    bool decided; /* whether FANOUT_PROGRESS asks for one */
    bool runs;
    bool stops;
} thread;

/* ---- with the lock ---- */

static void finish(fan_pending *p, fan_status status)
{
    fan_fail_keep(&p->end, status);
    if (p->task.lane->running == p)
        p->task.lane->running = NULL;
    TAILQ_REMOVE(&all_pending, p, link);
    atomic_store(&p->finished, true);
}

/* Begin when all ranks are known to start the same. */
static void compare(fan_pending *p)
{
    bool done;
    fan_status status = fan_comparison_test(&p->comparison, &done);
    if (!done && fan_comm_is_out_of_patience(
                     &p->patience, fan_comm_state_bound(p->task.state, p->task.params->timeout))) {
        done = true;
        status = fan_fail_mpi(FAN_GAVE_UP, "the ranks compare their arguments");
    }
    p->compares = !done;
    if (done && (status != FAN_OK || p->task.bytes == 0))
        finish(p, status);
    else if (done)
        fan_delivery_begin(&p->delivery, &p->task);
}

static void deliver(fan_pending *p)
{
    fan_delivery_progress(&p->delivery, false);
    if (p->delivery.finished)
        finish(p, fan_delivery_end(&p->delivery));
}

/* A stream calls the user's functions, which expect the thread that called fanout_stream. */
static bool is_for_this_thread(const fan_pending *p)
{
    return !p->task.bounded || pthread_equal(p->caller, pthread_self());
}

/* The first of its lane in the list is the one that runs. */
static void step(fan_pending *p)
{
    fan_lane *lane = p->task.lane;
    if (!is_for_this_thread(p))
        return;
    if (lane->running == NULL) {
        lane->running = p;
        if (!p->compares)
            fan_delivery_begin(&p->delivery, &p->task);
    }
    if (lane->running != p)
        return;
    if (p->compares)
        compare(p);
    else
        deliver(p);
}

/* What MPI had us do while this thread had the lock. */
typedef struct postponed {
    void (*call)(void *argument);
    void *argument;
    SLIST_ENTRY(postponed) link;
} postponed;

SLIST_HEAD(postponed_list, postponed);
static _Thread_local struct postponed_list all_postponed;
static _Thread_local bool is_stepping;

static void step_all(void)
{
    is_stepping = true;
    for (fan_pending *p = TAILQ_FIRST(&all_pending), *next; p != NULL; p = next) {
        next = TAILQ_NEXT(p, link);
        step(p);
    }
    is_stepping = false;
}

/* ---- without the lock ---- */

static void do_postponed(void)
{
    postponed *p;
    while ((p = SLIST_FIRST(&all_postponed)) != NULL) {
        SLIST_REMOVE_HEAD(&all_postponed, link);
        p->call(p->argument);
        free(p);
    }
}

/* Without memory for it what is to be freed stays. */
void fan_pending_after_step(void (*call)(void *argument), void *argument)
{
    if (!is_stepping) {
        call(argument);
        return;
    }
    postponed *p = malloc(sizeof *p);
    if (p == NULL)
        return;
    *p = (postponed){.call = call, .argument = argument};
    SLIST_INSERT_HEAD(&all_postponed, p, link);
}

/* ---- the thread ---- */

/* Without the lock, because an errand may call the user's error handler. The thread alone does. */
static void run_errands(void)
{
    struct errand_list mine = STAILQ_HEAD_INITIALIZER(mine), left = STAILQ_HEAD_INITIALIZER(left);
    pthread_mutex_lock(&lock);
    STAILQ_CONCAT(&mine, &all_errands);
    pthread_mutex_unlock(&lock);
    for (fan_pending_errand *e; (e = STAILQ_FIRST(&mine)) != NULL;) {
        STAILQ_REMOVE_HEAD(&mine, link);
        if (!e->attempt(e))
            STAILQ_INSERT_TAIL(&left, e, link);
    }
    pthread_mutex_lock(&lock);
    STAILQ_CONCAT(&left, &all_errands);
    STAILQ_CONCAT(&all_errands, &left);
    pthread_mutex_unlock(&lock);
}

static void *run_thread(void *unused)
{
    (void)unused;
    const struct timespec pause = {.tv_nsec = THREAD_PAUSE_NS};
    pthread_mutex_lock(&lock);
    while (!thread.stops) {
        if (TAILQ_EMPTY(&all_pending) && STAILQ_EMPTY(&all_errands)) {
            pthread_cond_wait(&work_came, &lock);
            continue;
        }
        step_all();
        pthread_mutex_unlock(&lock);
        do_postponed();
        run_errands();
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool wants_thread(void)
{
    const char *wrong; /* has been told */
    if (!fan_variable_wants_thread(&wrong))
        return false;
    bool possible = fan_comm_has_threads();
    if (!possible)
        fan_warn("FANOUT_PROGRESS=thread has no effect: the program did not ask for "
                 "MPI_THREAD_MULTIPLE, or MPI does not provide it");
    return possible;
}

static void begin_thread(void)
{
    if (!thread.runs && !thread.stops)
        thread.runs = pthread_create(&thread.handle, NULL, run_thread, NULL) == 0;
}

static void decide_on_thread(void)
{
    if (!thread.decided && wants_thread())
        begin_thread();
    thread.decided = true;
}

bool fan_pending_begin_thread(void)
{
    if (!fan_comm_has_threads())
        return false;
    pthread_mutex_lock(&lock);
    begin_thread();
    bool runs = thread.runs;
    pthread_mutex_unlock(&lock);
    return runs;
}

void fan_pending_run_errand(fan_pending_errand *errand)
{
    pthread_mutex_lock(&lock);
    STAILQ_INSERT_TAIL(&all_errands, errand, link);
    pthread_cond_signal(&work_came);
    pthread_mutex_unlock(&lock);
}

void fan_pending_end(void)
{
    if (!thread.runs)
        return;
    pthread_mutex_lock(&lock);
    thread.stops = true;
    pthread_cond_signal(&work_came);
    pthread_mutex_unlock(&lock);
    pthread_join(thread.handle, NULL);
    thread.runs = false;
}

/* ---- public ---- */

void fan_pending_start(fan_pending *pending, const fan_delivery_task *task, bool compares)
{
    memset(pending, 0, sizeof *pending);
    pending->task = *task;
    pending->caller = pthread_self();
    pending->compares = compares;
    fan_status status = FAN_OK;
    if (compares)
        status = fan_comparison_begin(&pending->comparison, task->state, task->bytes, task->root,
                                      FAN_WAY_ENGINE);
    fan_comm_while_waiting(fan_pending_all);
    pthread_mutex_lock(&lock);
    decide_on_thread();
    TAILQ_INSERT_TAIL(&all_pending, pending, link);
    if (status != FAN_OK)
        finish(pending, status);
    pthread_cond_signal(&work_came);
    pthread_mutex_unlock(&lock);
}

/*
 * If another thread has the lock, it does the work. So may this thread itself, if a sink or a wait
 * inside has called this.
 */
void fan_pending_all(void)
{
    if (pthread_mutex_trylock(&lock) != 0)
        return;
    step_all();
    pthread_mutex_unlock(&lock);
    do_postponed();
}

static void poll(int *polls)
{
    fan_pending_all();
    /* What this waits for may come through memory, from a rank that waits for a message. */
    if (fan_poll_pause(polls))
        fan_mpi_progress(NULL);
}

fan_status fan_pending_wait(fan_pending *pending)
{
    for (int polls = 0; !atomic_load(&pending->finished);)
        poll(&polls);
    return fan_fail_again(&pending->end);
}

static bool is_any_pending(void)
{
    pthread_mutex_lock(&lock);
    bool any = !TAILQ_EMPTY(&all_pending);
    pthread_mutex_unlock(&lock);
    return any;
}

fan_status fan_pending_deliver(const fan_delivery_task *task)
{
    if (!is_any_pending())
        return fan_deliver(task);
    fan_pending pending;
    fan_pending_start(&pending, task, false);
    return fan_pending_wait(&pending);
}

static bool has_pending(const fan_comm_state *state, const fan_lane *lane)
{
    bool has = false;
    fan_pending *p;
    pthread_mutex_lock(&lock);
    TAILQ_FOREACH (p, &all_pending, link)
        has = has || (p->task.state == state && (lane == NULL || p->task.lane == lane));
    pthread_mutex_unlock(&lock);
    return has;
}

void fan_pending_finish(const fan_comm_state *state, const fan_lane *lane)
{
    for (int polls = 0; has_pending(state, lane);)
        poll(&polls);
}
