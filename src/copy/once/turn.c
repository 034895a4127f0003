/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/clock.h"
#include "copy/once/turn.h"
#include "copy/report/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* One rank's waiting. */
typedef struct wait {
    const fan_copy_turn *turn;
    fan_copy_outcome *outcome;
    int fd;
    bool needs, told;
    double end;
} wait;

static void pause_milliseconds(long milliseconds)
{
    const struct timespec time = {.tv_nsec = milliseconds * 1000 * 1000};
    nanosleep(&time, NULL);
}

/* Whether one rank says so. Those that wait for the others leave their core to them. */
static bool anybody(bool one, MPI_Comm comm)
{
    int any = one, done = 0;
    MPI_Request request;
    MPI_Iallreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, comm, &request);
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE))
        pause_milliseconds(1);
    return any != 0;
}

void fan_copy_turn_fail_different(fan_copy_outcome *outcome, const char *final_path,
                                  const fan_copy_marker *there, const fan_copy_content *content)
{
    char has[FAN_COPY_MARKER_HASH], wanted[FAN_COPY_MARKER_HASH], text[FAN_COPY_TEXT];
    fan_copy_marker_hash(there->content.digest, has);
    fan_copy_marker_hash(content->digest, wanted);
    snprintf(text, sizeof text,
             "%s other content than this job's (--once): XXH3 %s there, %s here; choose another "
             "name, or remove it when nobody uses it",
             there->whole ? "has" : "is being made with", has, wanted);
    outcome->writes = false;
    fan_copy_outcome_fail_at(outcome, final_path, text, 0);
}

static void give_up(wait *w, const char *text, int error)
{
    w->needs = false;
    w->outcome->writes = false;
    fan_copy_outcome_fail_at(w->outcome, w->turn->final_path, text, error);
}

static void give_back(wait *w)
{
    if (w->fd < 0)
        return;
    fan_copy_marker unused;
    if (fan_copy_marker_read(w->fd, &unused) == FAN_COPY_MARKER_NONE)
        unlink(w->turn->path); /* we have made it */
    close(w->fd);
    w->fd = -1;
}

/* Who makes it, as far as that is written already. */
static void describe(const wait *w, const fan_copy_marker *maker, const char *what, char *text,
                     size_t size)
{
    if (maker->process != 0)
        snprintf(text, size, "%s process %d on %.200s, which makes it (--once), %g s at most", what,
                 maker->process, maker->host, w->turn->patience);
    else
        snprintf(text, size, "%s another process, which makes it (--once), %g s at most", what,
                 w->turn->patience);
}

/* Somebody else has it. */
static void look_at_maker(wait *w)
{
    char text[FAN_COPY_TEXT];
    fan_copy_marker maker = {0};
    bool known = fan_copy_marker_look(w->turn->path, &maker) == FAN_COPY_MARKER_GOOD;
    if (known && !maker.whole && !XXH128_isEqual(maker.content.digest, w->turn->content->digest)) {
        w->needs = false;
        fan_copy_turn_fail_different(w->outcome, w->turn->final_path, &maker, w->turn->content);
        return;
    }
    if (fan_clock_now() > w->end) {
        describe(w, &maker, "has waited in vain for", text, sizeof text);
        give_up(w, text, 0);
        return;
    }
    if (!w->told && !w->turn->quiet && maker.process != 0) {
        describe(w, &maker, "waits for", text, sizeof text);
        fan_copy_text_message(w->outcome->host, w->turn->final_path, text);
        w->told = true;
    }
}

/* True if it is locked by somebody else. */
static bool is_busy(wait *w)
{
    if (!w->needs)
        return false;
    w->fd = fan_copy_marker_lock(w->turn->path);
    if (w->fd >= 0)
        return false;
    if (errno != EBUSY) {
        give_up(w, "cannot write the marker of --once beside it", errno);
        return false;
    }
    look_at_maker(w);
    return w->needs;
}

int fan_copy_turn_take(const fan_copy_turn *turn, bool needs, fan_copy_outcome *outcome,
                       MPI_Comm comm)
{
    /* Two jobs that disturb each other try again at different times. */
    unsigned seed = (unsigned)getpid();
    wait w = {.turn = turn,
              .outcome = outcome,
              .fd = -1,
              .needs = needs,
              .end = fan_clock_now() + turn->patience};
    while (anybody(is_busy(&w), comm)) {
        give_back(&w);
        pause_milliseconds(10 + rand_r(&seed) % 40);
    }
    return w.fd;
}
