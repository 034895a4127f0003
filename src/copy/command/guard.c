/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/command/descendants.h"
#include "copy/command/guard.h"
#include "os/path.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLE "--guard-of-pipe" /* not in --help: no user needs it */

/* The arguments of a guard. */
enum { ARGUMENT_ROLE = 1, ARGUMENT_LINE, ARGUMENT_INPUT, ARGUMENT_COMMAND, ARGUMENTS };

/* ---- for who starts it ---- */

typedef struct ends {
    int line[2];  /* ours, the guard's */
    int input[2]; /* reading, writing; the guard has both */
} ends;

static int open_ends(ends *e)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, e->line) != 0)
        return errno;
    if (pipe2(e->input, O_CLOEXEC) == 0)
        return 0;
    int error = errno;
    close(e->line[0]);
    close(e->line[1]);
    return error;
}

static int start(const ends *e, const char *command, pid_t *process)
{
    char program[PATH_MAX], line[16], input[16];
    fan_os_path_self(program);
    if (program[0] == '\0')
        return ENOENT;
    snprintf(line, sizeof line, "%d", e->line[1]);
    snprintf(input, sizeof input, "%d", e->input[1]);
    const char *const arguments[] = {"fanout-copy", ROLE, line, input, command, NULL};
    const fan_os_process_setup setup = {.input = e->input[0], .output = -1, .errors = -1};
    fcntl(e->line[1], F_SETFD, 0);
    fcntl(e->input[1], F_SETFD, 0);
    int error = fan_os_process_start(program, arguments, &setup, process);
    fcntl(e->input[1], F_SETFD, FD_CLOEXEC);
    return error;
}

int fan_copy_guard_start(fan_copy_guard *guard, const char *command, int *input)
{
    ends e;
    *guard = (fan_copy_guard){.line = -1};
    int error = open_ends(&e);
    if (error != 0)
        return error;
    error = start(&e, command, &guard->process);
    close(e.line[1]);
    close(e.input[0]);
    if (error == 0) {
        guard->line = e.line[0];
        *input = e.input[1];
        return 0;
    }
    guard->process = 0;
    close(e.line[0]);
    close(e.input[1]);
    return error;
}

void fan_copy_guard_let_end(const fan_copy_guard *guard)
{
    send(guard->line, "", 1, MSG_NOSIGNAL); /* if it has gone, its status tells */
}

bool fan_copy_guard_wait(const fan_copy_guard *guard, double seconds, int *status)
{
    if (!fan_file_wait(guard->line, POLLIN, seconds))
        return false;
    if (fan_file_read(guard->line, status, sizeof *status) != (ssize_t)sizeof *status)
        *status = -1;
    return true;
}

void fan_copy_guard_close(fan_copy_guard *guard)
{
    if (guard->process == 0)
        return;
    close(guard->line);
    fan_os_process_wait(guard->process);
    *guard = (fan_copy_guard){.line = -1};
}

/* ---- the guard ---- */

typedef struct state {
    int line;
    int input;   /* -1: may end */
    int signals; /* a descriptor that tells of them */
    pid_t shell; /* 0: it has ended */
} state;

/* What MPI has opened is not the business of a process that may outlive this one's parent. */
static void close_others(int one, int other)
{
    unsigned low = (unsigned)MIN(one, other), high = (unsigned)MAX(one, other);
    if (low > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, low - 1, 0);
    if (high > low + 1)
        close_range(low + 1, high - 1, 0);
    close_range(high + 1, UINT_MAX, 0);
    fcntl(one, F_SETFD, FD_CLOEXEC);
    fcntl(other, F_SETFD, FD_CLOEXEC);
}

static int watch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Only the command may read its input, or nobody would notice that it does not. */
static void leave_input(void)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    close(nothing);
}

static int start_shell(state *s, const char *command)
{
    const char *const arguments[] = {"sh", "-c", command, NULL};
    int error = fan_os_process_start("/bin/sh", arguments, NULL, &s->shell);
    leave_input();
    return error;
}

static void report(const state *s, int status)
{
    send(s->line, &status, sizeof status, MSG_NOSIGNAL);
}

static void reap(state *s)
{
    int status;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
        if (ended == s->shell) {
            report(s, status);
            s->shell = 0;
        }
}

/* False if the command is to be ended. */
static bool take_signal(state *s)
{
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof info) != sizeof info || info.ssi_signo != SIGCHLD)
        return false;
    reap(s);
    return true;
}

/* False if the other end has gone. */
static bool hear(state *s)
{
    char byte;
    if (read(s->line, &byte, sizeof byte) <= 0)
        return false;
    close(s->input);
    s->input = -1;
    return true;
}

/* Until the command has ended and its input may end. False if they have to. */
static bool watch(state *s)
{
    struct pollfd of[] = {{.fd = s->line, .events = POLLIN}, {.fd = s->signals, .events = POLLIN}};
    while (s->shell != 0 || s->input >= 0) {
        poll(of, 2, -1);
        if ((of[0].revents != 0 && !hear(s)) || (of[1].revents != 0 && !take_signal(s)))
            return false;
    }
    return true;
}

bool fan_copy_guard_is_wanted(int argc, char **argv)
{
    return argc == ARGUMENTS && strcmp(argv[ARGUMENT_ROLE], ROLE) == 0;
}

int fan_copy_guard_run(char **argv)
{
    state s = {.line = atoi(argv[ARGUMENT_LINE]), .input = atoi(argv[ARGUMENT_INPUT])};
    close_others(s.line, s.input);
    fan_copy_descendants_adopt();
    s.signals = watch_signals();
    if (s.signals < 0 || start_shell(&s, argv[ARGUMENT_COMMAND]) != 0)
        return EXIT_FAILURE;
    if (watch(&s))
        return EXIT_SUCCESS;
    fan_copy_descendants_end();
    return EXIT_FAILURE;
}
