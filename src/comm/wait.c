/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/wait.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/poll.h"
#include "base/status.h"
#include "comm/ulfm/ulfm.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

typedef void progress_fn(void);

static _Atomic(progress_fn *) make_progress;

void fan_comm_while_waiting(void (*progress)(void))
{
    atomic_store(&make_progress, progress);
}

void fan_comm_pause(int *polls)
{
    progress_fn *progress = atomic_load(&make_progress);
    if (progress != NULL)
        progress();
    fan_poll_pause(polls);
}

/* ---- giving up ---- */

static _Thread_local fan_comm_bound bound_of_thread;

void fan_comm_bound_set(fan_comm_bound bound)
{
    bound_of_thread = bound;
}

/* The dead are silent, too. That is known, and nobody waits for them. */
static void excuse_dead(fan_comm_bound bound)
{
    int size, some;
    if (bound.pulse == NULL || fan_ulfm_dead(bound.comm, &some) == 0)
        return;
    PMPI_Comm_size(bound.comm, &size);
    for (int rank = 0; rank < size; rank++)
        if (fan_ulfm_has_died(bound.comm, rank))
            fan_pulse_excuse(bound.pulse, rank);
}

static bool is_told_of_silence(fan_comm_bound bound)
{
    char text[400];
    if (!fan_pulse_has_alarm(bound.pulse))
        return false;
    excuse_dead(bound);
    if (!fan_pulse_has_alarm(bound.pulse))
        return false;
    fan_pulse_describe(bound.pulse, text, sizeof text);
    fan_fail(FAN_ERR_TIMEOUT, "%s", text);
    return true;
}

/* Others that wait for this rank are to hear of it, too. */
static bool is_told_of_death(fan_comm_bound bound)
{
    if (!bound.may_die || !fan_ulfm_is_broken(bound.comm))
        return false;
    if (bound.is_own)
        fan_ulfm_revoke(bound.comm);
    fan_fail(FAN_ERR_DIED, "a rank has died");
    return true;
}

/* A gap between two looks counts as a second at most: who was not here was not waiting. */
static bool has_waited_too_long(fan_comm_patience *p, double limit)
{
    static const double longest_gap = 1;
    if (limit <= 0)
        return false;
    double now = fan_clock_now();
    p->waited += p->last > 0 ? MIN(now - p->last, longest_gap) : 0;
    p->last = now;
    return p->waited > limit;
}

bool fan_comm_is_out_of_patience(fan_comm_patience *p, fan_comm_bound bound)
{
    if (is_told_of_silence(bound) || is_told_of_death(bound))
        return true;
    if (!has_waited_too_long(p, bound.limit))
        return false;
    fan_fail(FAN_ERR_TIMEOUT, "no progress for %g s%s: some rank does not come", bound.limit,
             bound.pulse != NULL ? ", though all hosts answer" : "");
    return true;
}

/* ---- what cannot be given up ---- */

static atomic_uint blocking; /* odd: a thread is in such a call */

bool fan_comm_begin_blocking(void)
{
    excuse_dead(bound_of_thread); /* the alarm of those that have died already would abort */
    if (is_told_of_silence(bound_of_thread))
        return false;
    atomic_fetch_add(&blocking, 1);
    return true;
}

void fan_comm_end_blocking(void)
{
    atomic_fetch_add(&blocking, 1);
}

static atomic_bool finalizing;

void fan_comm_begin_finalize(void)
{
    atomic_store(&finalizing, true);
    fan_pulse_stay(fan_comm_on_silence);
}

/*
 * MPI_Abort is no function to be called beside MPI_Finalize. The launcher ends the others; where
 * all end at the same moment, mpirun of Open MPI 4.1.4 waited for ever for one that was stopped, in
 * one run of 24.
 */
static _Noreturn void end_in_finalize(bool is_first, const char *text)
{
    const struct timespec to_be_ended = {.tv_sec = 3};
    if (!is_first)
        nanosleep(&to_be_ended, NULL);
    fan_warn("%s, while this process is in MPI_Finalize", text);
    fan_warn_wait();
    _exit(EXIT_FAILURE);
}

/* Survivors are all told at about the same time; one that is not blocked returns an error. */
void fan_comm_on_silence(fan_pulse *silent, void *unused)
{
    const struct timespec pause = {.tv_sec = 1};
    char text[400];
    (void)unused;
    unsigned call = atomic_load(&blocking);
    nanosleep(&pause, NULL);
    fan_pulse_describe(silent, text, sizeof text);
    if (atomic_load(&finalizing))
        end_in_finalize(fan_pulse_is_first_heard(silent), text);
    if (call % 2 == 0 || atomic_load(&blocking) != call)
        return;
    fan_warn("%s, while this process is in a call of MPI that cannot be given up", text);
    fan_warn_wait();
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    _exit(EXIT_FAILURE); /* MPI_Abort of MPICH 4.2.1 returns */
}

/* ---- requests ---- */

/* After a death MPI itself ends what it can end, so that nobody touches the buffers any more. */
static bool may_end_by_itself(fan_comm_patience *p)
{
    static const double patience = 1;
    double now = fan_clock_now();
    if (p->died <= 0)
        p->died = now;
    return fan_fail_status() == FAN_ERR_DIED && now - p->died < patience;
}

int fan_comm_complete(MPI_Request *request)
{
    fan_comm_patience patience = {0};
    int done = 0, polls = 0, code;
    while ((code = PMPI_Test(request, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS && !done) {
        fan_comm_pause(&polls);
        if (fan_comm_is_out_of_patience(&patience, bound_of_thread) &&
            !may_end_by_itself(&patience))
            return FAN_GAVE_UP;
    }
    return code;
}

static void give_up(MPI_Request *request)
{
    PMPI_Cancel(request);
    PMPI_Request_free(request);
}

int fan_comm_complete_message(int code, MPI_Request *request)
{
    code = fan_comm_completed(code, request);
    if (code == FAN_GAVE_UP)
        give_up(request);
    return code;
}

int fan_comm_complete_messages(int code, int count, MPI_Request *requests)
{
    for (int i = 0; i < count; i++)
        if (code == FAN_GAVE_UP)
            give_up(&requests[i]);
        else
            code = fan_comm_first(code, fan_comm_complete_message(MPI_SUCCESS, &requests[i]));
    return code;
}

int fan_comm_completed(int code, MPI_Request *request)
{
    return code == MPI_SUCCESS ? fan_comm_complete(request) : code;
}
