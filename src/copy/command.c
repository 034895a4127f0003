/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/command.h"
#include "copy/cleanup.h"
#include "copy/path.h"
#include "copy/shell_word.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST_COMMAND = 64 << 10 };

extern char **environ;

static int spawn(const char *text, int input, pid_t *process)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    char *const arguments[] = {"sh", "-c", (char *)(uintptr_t)text, NULL};
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGTERM); /* by which we end it */
    sigaddset(&defaults, SIGXFSZ);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    /* Signals that this process holds back or ignores are the command's own affair. */
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    /* A group of its own: the shell's children must not outlive it and take a broken end for the end. */
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(process, "/bin/sh", &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

bool fan_copy_command_start(fan_copy_command *command, const char *text, fan_copy_outcome *outcome)
{
    int ends[2];
    *command = (fan_copy_command){.outcome = outcome, .fd = -1};
    char line[LONGEST_COMMAND];
    int error = fan_copy_shell_command_expand(text, outcome->path, outcome->host, outcome->rank, line, sizeof line);
    if (error == 0 && pipe2(ends, O_CLOEXEC) != 0)
        error = errno;
    if (error == 0) {
        signal(SIGPIPE, SIG_IGN);
        error = spawn(line, ends[0], &command->process);
        close(ends[0]);
        command->fd = ends[1];
    }
    if (error != 0) {
        command->process = 0;
        fan_copy_outcome_fail_errno(outcome, "cannot start the command of --pipe", error);
    } else {
        fan_copy_cleanup_command(command->process, outcome->path);
    }
    return error == 0;
}

static void forget(fan_copy_command *command)
{
    command->process = 0;
    fan_copy_cleanup_command(0, NULL);
}

static bool ended_well(fan_copy_command *command)
{
    int status = 0;
    while (waitpid(command->process, &status, 0) < 0 && errno == EINTR)
        ;
    forget(command);
    if (WIFSIGNALED(status))
        fan_copy_outcome_fail(command->outcome, "the command of --pipe was ended by signal %d (%s)",
                              WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        fan_copy_outcome_fail(command->outcome, "the command of --pipe ended with status %d; see its messages",
                              WEXITSTATUS(status));
    return status == 0;
}

bool fan_copy_command_write(fan_copy_command *command, const void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t put = write(command->fd, (const char *)data + done, bytes - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EPIPE) {
            if (ended_well(command))
                fan_copy_outcome_fail(command->outcome, "the command of --pipe ended before it had read everything");
            return false;
        }
        if (put < 0) {
            fan_copy_outcome_fail_errno(command->outcome, "cannot write to the command of --pipe", errno);
            return false;
        }
        done += (size_t)put;
    }
    return true;
}

bool fan_copy_command_finish(fan_copy_command *command)
{
    close(command->fd);
    command->fd = -1;
    return ended_well(command);
}

void fan_copy_command_close(fan_copy_command *command)
{
    /* First: it must not see an end of what was not all. */
    if (command->process != 0)
        kill(-command->process, SIGTERM);
    if (command->fd >= 0)
        close(command->fd);
    command->fd = -1;
    if (command->process == 0)
        return;
    while (waitpid(command->process, NULL, 0) < 0 && errno == EINTR)
        ;
    forget(command);
}
