/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/silence/silence.h"

#include "comm/ulfm/ulfm.h"
#include "copy/job/memory.h"
#include "copy/job/outcome.h"
#include "copy/job/stop.h"
#include "copy/survive/death.h"
#include "pulse/pulse.h"

#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static fan_pulse *pulse;

static void sleep_for(double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0)
        ;
}

/* One that has died, where the others can go on: that is known a moment later, if not before. */
static bool is_survived(void)
{
    static const double moment = 1;
    if (fan_ulfm_is_on())
        sleep_for(moment);
    return fan_copy_death_is_noted();
}

static void end_job(fan_pulse *told, void *unused)
{
    char silent[FAN_COPY_TEXT / 2], text[FAN_COPY_TEXT];
    (void)unused;
    if (is_survived())
        return;
    fan_pulse_describe(told, silent, sizeof silent);
    snprintf(text, sizeof text,
             "the copy has been stopped, because %s: it is dead, stopped or cannot be reached; "
             "start again without it, or when it is back",
             silent);
    fan_copy_abort_together(fan_pulse_is_first_heard(told), text);
}

void fan_copy_silence_begin(MPI_Comm job, double limit)
{
    int rank, size;
    MPI_Comm_rank(job, &rank);
    MPI_Comm_size(job, &size);
    fan_pulse_place own = fan_pulse_place_of_this();
    fan_pulse_place *all = fan_copy_allocate((size_t)size, sizeof *all);
    MPI_Allgather(&own, sizeof own, MPI_BYTE, all, sizeof own, MPI_BYTE, job);
    if (size > 1 && !fan_copy_death_is_noted())
        pulse = fan_pulse_begin(all, size, rank, limit, end_job, NULL);
    free(all);
}

void fan_copy_silence_pause(void)
{
    fan_pulse_end(pulse);
    pulse = NULL;
}

typedef struct last_wait {
    double limit;
    int status;
} last_wait;

static void *end_late(void *argument)
{
    const last_wait *wait = argument;
    sleep_for(wait->limit);
    fprintf(stderr,
            "fanout-copy: all is done, but MPI_Finalize has not ended for %g s: a process "
            "has died while it ended\n",
            wait->limit);
    _exit(wait->status);
}

/* Without a thread it is as it was without this. */
void fan_copy_silence_end(double limit, int status)
{
    static last_wait wait;
    pthread_t thread;
    wait = (last_wait){limit, status};
    fan_pulse_leave(pulse);
    if (pulse != NULL && pthread_create(&thread, NULL, end_late, &wait) == 0)
        pthread_detach(thread);
}
