/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/hosts/probe.h"

#include "base/clock.h"
#include "copy/job/memory.h"
#include "os/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLE "--answer" /* not in --help: no user needs it */

enum { SIDE_BY_SIDE = 64, STEP_MILLISECONDS = 50 };

typedef struct question {
    fan_copy_host *host;
    pid_t process; /* 0: it is answered */
    int errors;    /* what the launcher and its agent say */
    double end;    /* of patience */
} question;

bool fan_copy_answer_is_wanted(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], ROLE) == 0;
}

/* ---- what is said ---- */

/* Frames that launchers draw around their messages, and what an agent always says. */
static bool says_something(const char *line)
{
    return line[0] != '\n' && line[0] != '-' && strstr(line, "Warning: ") == NULL;
}

/* The first thing that is said, behind `before`: the reason comes before what follows from it. */
static void take_reason(question *q, const char *before)
{
    char line[FAN_COPY_TEXT / 2];
    FILE *said = fdopen(q->errors, "r");
    q->errors = -1;
    if (said == NULL)
        return;
    rewind(said);
    while (fgets(line, sizeof line, said) != NULL)
        if (says_something(line)) {
            line[strcspn(line, "\r\n")] = '\0';
            snprintf(q->host->why, sizeof q->host->why, "%s%s", before, line);
            break;
        }
    fclose(said);
}

/* ---- one host ---- */

static void lose(question *q, const char *reason)
{
    q->process = 0;
    q->host->state = FAN_COPY_HOST_LOST;
    snprintf(q->host->why, sizeof q->host->why, "%s", reason);
}

static void ask(question *q, const fan_copy_launcher *launcher)
{
    const char *names[] = {q->host->name};
    const char *const arguments[] = {ROLE, NULL};
    q->errors = memfd_create("said", MFD_CLOEXEC);
    q->end = fan_clock_now() + FAN_COPY_PROBE_LIMIT;
    int error =
        fan_copy_launcher_start(launcher, names, 1, arguments, q->errors, q->errors, &q->process);
    if (error != 0)
        lose(q, strerror(error));
}

static void finish(question *q, int status)
{
    q->process = 0;
    q->host->state = FAN_COPY_HOST_TO_DO;
    if (status == 0)
        return;
    lose(q, "the launcher cannot start anything there");
    take_reason(q, "");
}

/* SIGKILL: a launcher whose agent hangs may wait for it. What is left is ended with all others. */
static void end_question(const question *q)
{
    kill(-q->process, SIGKILL);
    fan_os_process_wait(q->process);
}

static void give_up(question *q)
{
    char text[64];
    snprintf(text, sizeof text, "no answer in %d s", FAN_COPY_PROBE_LIMIT);
    end_question(q);
    lose(q, text);
    strcat(text, ": ");
    take_reason(q, text);
}

static bool is_open(question *q)
{
    int status;
    if (q->process == 0)
        return false;
    if (waitpid(q->process, &status, WNOHANG) == q->process)
        finish(q, status);
    else if (fan_clock_now() >= q->end)
        give_up(q);
    return q->process != 0;
}

/* ---- all ---- */

/* After a stop. Who was not waited for is not lost. */
static void end_all(question *questions, int count)
{
    for (int i = 0; i < count; i++)
        if (questions[i].process != 0)
            end_question(&questions[i]);
}

static int open_ones(question *questions, int count)
{
    int open = 0;
    for (int i = 0; i < count; i++)
        open += is_open(&questions[i]);
    return open;
}

bool fan_copy_hosts_ask(fan_copy_hosts *hosts, fan_copy_host_state state, bool source_is_here,
                        const fan_copy_launcher *launcher, fan_copy_watch *signals)
{
    question *questions = fan_copy_allocate((size_t)hosts->count, sizeof *questions);
    int asked = 0, next = source_is_here;
    bool stopped = false;
    while (!stopped && (open_ones(questions, asked) > 0 || next < hosts->count)) {
        while (next < hosts->count && hosts->items[next].state != state)
            next++;
        if (next < hosts->count && open_ones(questions, asked) < SIDE_BY_SIDE) {
            questions[asked] = (question){.host = &hosts->items[next++], .errors = -1};
            ask(&questions[asked++], launcher);
        } else {
            stopped = fan_copy_watch_wait(signals, STEP_MILLISECONDS);
        }
    }
    end_all(questions, asked);
    for (int i = 0; i < asked; i++)
        if (questions[i].errors >= 0)
            close(questions[i].errors);
    free(questions);
    return !stopped;
}
