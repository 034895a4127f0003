/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/command/command.h"
#include "os/cleanup.h"
#include "os/shell_word.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST_COMMAND = 64 << 10 };

static const char ended_early[] = "the command of --pipe ended before it had read everything";

/* ---- the start ---- */

/* Only then: whoever writes to a pipe piece by piece takes longer. */
static int limit_writes(const fan_copy_command *command)
{
    return command->options.timeout == 0 || fcntl(command->fd, F_SETFL, O_NONBLOCK) == 0 ? 0
                                                                                         : errno;
}

static int start(fan_copy_command *command)
{
    char line[LONGEST_COMMAND];
    const fan_copy_outcome *outcome = command->outcome;
    int error = fan_os_shell_command_expand(command->options.text, outcome->path, outcome->host,
                                            outcome->rank, line, sizeof line);
    if (error == 0)
        error = fan_copy_guard_start(&command->guard, line, &command->fd);
    if (error == 0)
        error = limit_writes(command);
    return error;
}

bool fan_copy_command_start(fan_copy_command *command, const fan_copy_command_options *options,
                            fan_copy_outcome *outcome)
{
    *command = (fan_copy_command){.options = *options, .outcome = outcome, .fd = -1};
    signal(SIGPIPE, SIG_IGN);
    int error = start(command);
    if (error != 0)
        fan_copy_outcome_fail_errno(outcome, "cannot start the command of --pipe", error);
    else
        fan_os_cleanup_command(command->guard.process, outcome->path);
    return error == 0;
}

/* ---- its end ---- */

static bool ended_well(fan_copy_command *command, int status)
{
    if (status < 0)
        fan_copy_outcome_fail(command->outcome,
                              "the exit status of the command of --pipe is not known");
    else if (WIFSIGNALED(status))
        fan_copy_outcome_fail(command->outcome, "the command of --pipe was ended by signal %d (%s)",
                              WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        fan_copy_outcome_fail(command->outcome,
                              "the command of --pipe ended with status %d; see its messages",
                              WEXITSTATUS(status));
    return status == 0;
}

/* Nobody reads any more. That is a failure, for which the command may have a reason of its own. */
static bool fail_unread(fan_copy_command *command)
{
    enum { SECONDS_TO_END = 1 }; /* other hosts wait meanwhile */
    int status = 0;
    fan_copy_guard_wait(&command->guard, SECONDS_TO_END, &status);
    if (ended_well(command, status))
        fan_copy_outcome_fail(command->outcome, "%s", ended_early);
    return false;
}

/* ---- data ---- */

static bool fail_slow(fan_copy_command *command, const char *what)
{
    fan_copy_outcome_fail(command->outcome,
                          "the command of --pipe has not %s for %g s (--timeout): %.300s", what,
                          command->options.timeout, command->options.text);
    return false;
}

static bool fail_to_write(fan_copy_command *command)
{
    if (errno == EPIPE)
        return fail_unread(command);
    fan_copy_outcome_fail_errno(command->outcome, "cannot write to the command of --pipe", errno);
    return false;
}

bool fan_copy_command_write(fan_copy_command *command, const void *data, size_t bytes)
{
    const char *from = data;
    while (bytes > 0) {
        ssize_t written = write(command->fd, from, bytes);
        if (written >= 0) {
            from += written;
            bytes -= (size_t)written;
        } else if (errno == EAGAIN) {
            if (!fan_file_wait(command->fd, POLLOUT, command->options.timeout))
                return fail_slow(command, "read anything");
        } else if (errno != EINTR) {
            return fail_to_write(command);
        }
    }
    return true;
}

/* A reading end of our own: the pipe keeps what nobody reads. -1 if that is not possible. */
static int look_at_rest(const fan_copy_command *command)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", command->fd);
    return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* Little data fits into the pipe, so that to write it does not fail when nobody reads it. */
static bool has_read_all(fan_copy_command *command, int rest)
{
    int bytes = 0;
    if (rest >= 0 && ioctl(rest, FIONREAD, &bytes) == 0 && bytes > 0)
        fan_copy_outcome_fail(command->outcome, "%s", ended_early);
    return bytes == 0;
}

bool fan_copy_command_finish(fan_copy_command *command)
{
    int status, rest = look_at_rest(command);
    fan_copy_guard_let_end(&command->guard);
    close(command->fd);
    command->fd = -1;
    bool good = fan_copy_guard_wait(&command->guard, command->options.timeout, &status)
                    ? ended_well(command, status) && has_read_all(command, rest)
                    : fail_slow(command, "ended");
    if (rest >= 0)
        close(rest);
    return good;
}

void fan_copy_command_close(fan_copy_command *command)
{
    fan_os_cleanup_command(0, NULL);
    /* First: it must not take the end of incomplete data for the end. */
    fan_copy_guard_close(&command->guard);
    if (command->fd >= 0)
        close(command->fd);
    command->fd = -1;
}
