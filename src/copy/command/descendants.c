/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/command/descendants.h"

#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    STEP_MILLISECONDS = 20,
    STEPS_TO_TIDY_UP = 5000 / STEP_MILLISECONDS,
    /* A process that cannot be killed, such as one of another user, is not waited for forever. */
    STEPS_TO_DIE = 10000 / STEP_MILLISECONDS
};

void fan_copy_descendants_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* ---- what is done to a process ---- */

typedef void act(pid_t process);

/* It has a handler for SIGTERM. */
static bool catches_term(pid_t process)
{
    char path[64], line[256];
    unsigned long long caught = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *status = fopen(path, "re");
    if (status == NULL)
        return false;
    while (caught == 0 && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "SigCgt: %llx", &caught);
    fclose(status);
    return (caught >> (SIGTERM - 1) & 1) != 0;
}

static void stop(pid_t process)
{
    kill(process, SIGSTOP);
}

/* Who does not want to know goes at once: it might take the end of another one for its success. */
static void tell(pid_t process)
{
    kill(process, catches_term(process) ? SIGTERM : SIGKILL);
}

static void let_go_on(pid_t process)
{
    kill(process, SIGCONT);
}

static void end(pid_t process)
{
    kill(process, SIGKILL);
}

/* ---- all of them ---- */

static void each_below(pid_t parent, act *done);

static void each_listed(const char *path, act *done)
{
    FILE *list = fopen(path, "re");
    int process;
    if (list == NULL)
        return;
    while (fscanf(list, "%d", &process) == 1) {
        done(process);
        each_below(process, done);
    }
    fclose(list);
}

/* Each thread of a process has a list of the children that it has started. */
static void each_below(pid_t parent, act *done)
{
    char pattern[64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "/proc/%d/task/*/children", (int)parent);
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            each_listed(found.gl_pathv[i], done);
    globfree(&found);
}

static int any_left(void)
{
    pid_t ended;
    while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
        ;
    return ended == 0;
}

static void pause_for_a_step(void)
{
    const struct timespec step = {.tv_nsec = STEP_MILLISECONDS * 1000 * 1000};
    nanosleep(&step, NULL);
}

void fan_copy_descendants_end(void)
{
    /* All are told before one of them does anything about it. Twice: one may just have forked. */
    each_below(getpid(), stop);
    each_below(getpid(), stop);
    each_below(getpid(), tell);
    each_below(getpid(), let_go_on);
    for (int i = 0; i < STEPS_TO_TIDY_UP && any_left(); i++)
        pause_for_a_step();
    /* Again and again: they may start others meanwhile. */
    for (int i = 0; i < STEPS_TO_DIE && any_left(); i++) {
        each_below(getpid(), end);
        pause_for_a_step();
    }
}
