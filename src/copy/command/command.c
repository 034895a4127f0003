/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/command/command.h"
#include "os/cleanup.h"
#include "os/process.h"
#include "os/shell_word.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST_COMMAND = 64 << 10 };

bool fan_copy_command_start(fan_copy_command *command, const char *text, fan_copy_outcome *outcome)
{
    int ends[2];
    *command = (fan_copy_command){.outcome = outcome, .fd = -1};
    char line[LONGEST_COMMAND];
    int error = fan_os_shell_command_expand(text, outcome->path, outcome->host, outcome->rank, line,
                                            sizeof line);
    if (error == 0 && pipe2(ends, O_CLOEXEC) != 0)
        error = errno;
    if (error == 0) {
        signal(SIGPIPE, SIG_IGN);
        const char *const arguments[] = {"sh", "-c", line, NULL};
        error = fan_os_process_start("/bin/sh", arguments,
                                     &(fan_os_process_setup){.input = ends[0], .output = -1},
                                     &command->process);
        close(ends[0]);
        command->fd = ends[1];
    }
    if (error != 0) {
        command->process = 0;
        fan_copy_outcome_fail_errno(outcome, "cannot start the command of --pipe", error);
    } else {
        fan_os_cleanup_command(command->process, outcome->path);
    }
    return error == 0;
}

static void forget(fan_copy_command *command)
{
    command->process = 0;
    fan_os_cleanup_command(0, NULL);
}

static bool ended_well(fan_copy_command *command)
{
    int status = fan_os_process_wait(command->process);
    forget(command);
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

bool fan_copy_command_write(fan_copy_command *command, const void *data, size_t bytes)
{
    if (fan_file_write(command->fd, data, bytes))
        return true;
    if (errno != EPIPE)
        fan_copy_outcome_fail_errno(command->outcome, "cannot write to the command of --pipe",
                                    errno);
    else if (ended_well(command))
        fan_copy_outcome_fail(command->outcome,
                              "the command of --pipe ended before it had read everything");
    return false;
}

bool fan_copy_command_finish(fan_copy_command *command)
{
    close(command->fd);
    command->fd = -1;
    return ended_well(command);
}

void fan_copy_command_close(fan_copy_command *command)
{
    /* First: it must not take the end of incomplete data for the end. */
    if (command->process != 0)
        kill(-command->process, SIGTERM);
    if (command->fd >= 0)
        close(command->fd);
    command->fd = -1;
    if (command->process == 0)
        return;
    fan_os_process_wait(command->process);
    forget(command);
}
