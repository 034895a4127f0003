/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/process.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void redirect(posix_spawn_file_actions_t *actions, int from, int to)
{
    if (from >= 0)
        posix_spawn_file_actions_adddup2(actions, from, to);
}

int fan_os_process_start(const char *program, const char *const arguments[],
                         const fan_os_process_setup *setup, pid_t *process)
{
    static const fan_os_process_setup ours = {.input = -1, .output = -1, .errors = -1};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGTERM); /* by which we end it */
    sigaddset(&defaults, SIGXFSZ);
    posix_spawn_file_actions_init(&actions);
    if (setup == NULL)
        setup = &ours;
    redirect(&actions, setup->input, STDIN_FILENO);
    redirect(&actions, setup->output, STDOUT_FILENO);
    redirect(&actions, setup->errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    /*
     * A group of its own: a shell's children must not outlive it and take a broken end for the end.
     */
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    int error =
        posix_spawnp(process, program, &actions, &attributes, (char *const *)(uintptr_t)arguments,
                     setup->environment != NULL ? setup->environment : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

int fan_os_process_wait(pid_t process)
{
    int status;
    pid_t ended;
    while ((ended = waitpid(process, &status, 0)) < 0 && errno == EINTR)
        ;
    return ended == process ? status : -1;
}
