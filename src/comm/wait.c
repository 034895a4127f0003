/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/wait.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/poll.h"
#include "base/status.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/param.h>
#include <time.h>

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

static bool is_told_of_silence(fan_pulse *pulse)
{
    char text[400];
    if (!fan_pulse_has_alarm(pulse))
        return false;
    fan_pulse_describe(pulse, text, sizeof text);
    fan_fail(FAN_ERR_TIMEOUT, "%s", text);
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
    if (is_told_of_silence(bound.pulse))
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
    if (is_told_of_silence(bound_of_thread.pulse))
        return false;
    atomic_fetch_add(&blocking, 1);
    return true;
}

void fan_comm_end_blocking(void)
{
    atomic_fetch_add(&blocking, 1);
}

/* Survivors are all told at about the same time; one that is not blocked returns an error. */
void fan_comm_on_silence(fan_pulse *silent, void *unused)
{
    const struct timespec pause = {.tv_sec = 1};
    char text[400];
    (void)unused;
    unsigned call = atomic_load(&blocking);
    nanosleep(&pause, NULL);
    if (call % 2 == 0 || atomic_load(&blocking) != call)
        return;
    fan_pulse_describe(silent, text, sizeof text);
    fan_warn("%s, while this process is in a call of MPI that cannot be given up", text);
    fan_warn_wait();
    MPI_Abort(MPI_COMM_WORLD, 1);
}

/* ---- requests ---- */

int fan_comm_complete(MPI_Request *request)
{
    fan_comm_patience patience = {0};
    int done = 0, polls = 0, code;
    while ((code = PMPI_Test(request, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS && !done) {
        fan_comm_pause(&polls);
        if (fan_comm_is_out_of_patience(&patience, bound_of_thread))
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
