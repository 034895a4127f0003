/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/drive/round.h"

#include "base/clock.h"
#include "copy/command/descendants.h"
#include "copy/drive/listener.h"
#include "copy/hosts/probe.h"
#include "copy/job/mark.h"
#include "copy/job/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STEP_MILLISECONDS = 200,
    FIRST_SILENCE = 5,     /* seconds; then hosts are asked */
    HOSTS_PER_SECOND = 50, /* that a launcher may need more, and so may the answers */
    LONGEST_SILENCE = 300,
    QUESTIONS_TO_START = 2, /* all hosts have answered, and the copy has not begun */
    GRACE = 5               /* seconds for each way to end a job */
};

typedef struct job {
    fan_copy_drive_round *round;
    fan_copy_drive_listener listener;
    pid_t launcher; /* 0: it has ended */
    int output;     /* -1: nothing comes any more */
    char **names;   /* of the hosts, in the order of the marks */
    size_t count;
    double heard;    /* when something was */
    double patience; /* seconds of silence */
    int questions;   /* to all hosts, after silence */
    int steps;       /* to end it that were taken */
    double next;     /* when to take another one */
} job;

/* ---- marks ---- */

static void hear_begun(job *j, const json_t *names)
{
    j->round->begun = true;
    for (int i = 0; i < j->round->hosts->count; i++)
        if (j->round->hosts->items[i].state == FAN_COPY_HOST_TO_DO)
            j->round->hosts->items[i].percent = MAX(0, j->round->hosts->items[i].percent);
    j->names = fan_copy_allocate(json_array_size(names), sizeof *j->names);
    for (j->count = 0; j->count < json_array_size(names); j->count++) {
        const char *name = json_string_value(json_array_get(names, j->count));
        j->names[j->count] = fan_copy_strdup(name != NULL ? name : "");
    }
}

static int least_of(const json_t *percents)
{
    int least = 100;
    size_t i;
    json_t *percent;
    json_array_foreach(percents, i, percent) least = MIN(least, (int)json_integer_value(percent));
    return least;
}

/* A host that has another name in the list than it calls itself has at least what any has. */
static void hear_at(job *j, const json_t *percents)
{
    fan_copy_hosts *hosts = j->round->hosts;
    int least = least_of(percents);
    for (int i = 0; i < hosts->count; i++)
        if (hosts->items[i].state == FAN_COPY_HOST_TO_DO)
            hosts->items[i].percent = least;
    for (size_t i = 0; i < j->count; i++) {
        fan_copy_host *host = fan_copy_hosts_find(hosts, j->names[i]);
        if (host != NULL)
            host->percent = (int)json_integer_value(json_array_get(percents, i));
    }
}

static void hear(void *state, const char *kind, const char *text)
{
    job *j = state;
    json_t *value = json_loads(text, 0, NULL);
    if (strcmp(kind, FAN_COPY_MARK_BEGUN) == 0 && j->names == NULL)
        hear_begun(j, value);
    else if (strcmp(kind, FAN_COPY_MARK_AT) == 0)
        hear_at(j, value);
    else if (strcmp(kind, FAN_COPY_MARK_REPORT) == 0)
        j->round->result = json_incref(value);
    json_decref(value);
}

/* ---- its end ---- */

/* Ways to end a job, one after the other, each with some time to have its effect. */
static void end_harder(job *j)
{
    int stop = fan_copy_launcher_stop(j->round->launcher);
    j->next = fan_clock_now() + GRACE;
    switch (j->steps++) {
    case 0: kill(j->launcher, stop); break;
    case 1: kill(j->launcher, SIGTERM); break;
    default: kill(-j->launcher, SIGKILL); break;
    }
}

static void begin_to_end(job *j, bool gently)
{
    if (j->steps > 0)
        return;
    j->steps = gently ? 0 : 1;
    end_harder(j);
}

static void look_after_end(job *j)
{
    if (j->steps > 0 && fan_clock_now() >= j->next)
        end_harder(j);
}

/* Its result is known: some launchers do not come back when a process dies in MPI_Finalize. */
static void look_after_result(job *j)
{
    if (j->round->result != NULL && j->steps == 0 && fan_clock_now() - j->heard > 2 * GRACE)
        begin_to_end(j, false);
}

/* Then a host may have been away for a moment, for which the launcher waits in vain. */
static bool is_stuck(const job *j)
{
    return j->questions >= QUESTIONS_TO_START && !j->round->begun &&
           fan_copy_launcher_gets_stuck(j->round->launcher);
}

static void look_for_silence(job *j)
{
    fan_copy_drive_round *r = j->round;
    if (j->steps > 0 || r->result != NULL || fan_clock_now() - j->heard < j->patience)
        return;
    int before = fan_copy_hosts_in(r->hosts, FAN_COPY_HOST_LOST);
    bool had_sources = fan_copy_hosts_lost_source(r->hosts) == NULL;
    if (!fan_copy_hosts_ask(r->hosts, FAN_COPY_HOST_TO_DO, r->source_is_here, r->launcher,
                            r->signals)) {
        r->stopped = true;
        begin_to_end(j, true);
        return;
    }
    bool has_sources = fan_copy_hosts_lost_source(r->hosts) == NULL;
    j->questions++;
    r->stuck = is_stuck(j);
    if (fan_copy_hosts_in(r->hosts, FAN_COPY_HOST_LOST) > before || has_sources != had_sources ||
        r->stuck)
        begin_to_end(j, false);
    j->heard = fan_clock_now();
    j->patience = MIN(2 * j->patience, LONGEST_SILENCE);
}

/* ---- what happens ---- */

static void take_output(job *j)
{
    char data[1 << 16];
    ssize_t got = read(j->output, data, sizeof data);
    if (got > 0) {
        j->heard = fan_clock_now();
        fan_copy_drive_listener_take(&j->listener, data, (size_t)got);
    } else if (got == 0 || errno != EINTR) {
        close(j->output);
        j->output = -1;
    }
}

static void look_at_launcher(job *j)
{
    int status;
    if (j->launcher == 0 || waitpid(j->launcher, &status, WNOHANG) != j->launcher)
        return;
    j->launcher = 0;
    j->round->status = status;
}

static void move_input(job *j, const struct pollfd *input)
{
    fan_copy_drive_input *in = j->round->input;
    fan_copy_drive_input_move(in, input->revents);
    in->taken |= in->path[0] != '\0' && j->round->begun;
    if (in->error != 0)
        begin_to_end(j, true);
}

/* Returns whether anything was there to be read. */
static bool step(job *j)
{
    struct pollfd of[] = {{.fd = j->output, .events = POLLIN},
                          {.fd = j->round->signals->fd, .events = POLLIN},
                          fan_copy_drive_input_wanted(j->round->input)};
    poll(of, 3, STEP_MILLISECONDS);
    if (of[0].revents != 0)
        take_output(j);
    int stops = j->round->signals->stops;
    j->round->stopped |= fan_copy_watch_look(j->round->signals);
    if (j->round->stopped)
        begin_to_end(j, true);
    if (stops > 0 && j->round->signals->stops > stops)
        j->next = 0; /* the user is impatient */
    move_input(j, &of[2]);
    look_at_launcher(j);
    return of[0].revents != 0;
}

/* What other processes that still have the pipe may print is not waited for. */
static void drain(job *j)
{
    while (j->output >= 0 && step(j))
        ;
}

static void follow(job *j)
{
    while (j->launcher != 0) {
        step(j);
        look_for_silence(j);
        look_after_result(j);
        look_after_end(j);
    }
    drain(j);
}

static void close_job(job *j)
{
    if (j->output >= 0)
        close(j->output);
    fan_copy_drive_listener_close(&j->listener);
    fan_copy_descendants_end();
    for (size_t i = 0; i < j->count; i++)
        free(j->names[i]);
    free(j->names);
}

static int start(job *j, const char *const *arguments, int output)
{
    const fan_copy_hosts *hosts = j->round->hosts;
    const char **names = fan_copy_allocate((size_t)hosts->count, sizeof *names);
    int count = 0;
    for (int i = 0; i < hosts->count; i++)
        if (i < hosts->sources || hosts->items[i].state == FAN_COPY_HOST_TO_DO)
            names[count++] = hosts->items[i].name;
    int error = fan_copy_launcher_start(j->round->launcher, names, count, arguments, output, -1,
                                        &j->launcher);
    free(names);
    return error;
}

int fan_copy_drive_round_run(fan_copy_drive_round *round, const char *const *arguments)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    job j = {.round = round,
             .output = ends[0],
             .patience = FIRST_SILENCE + (double)round->hosts->count / HOSTS_PER_SECOND};
    j.listener = (fan_copy_drive_listener){.hear = hear, .state = &j};
    j.heard = fan_clock_now();
    int error = start(&j, arguments, ends[1]);
    close(ends[1]);
    if (error == 0)
        follow(&j);
    close_job(&j);
    return error;
}
