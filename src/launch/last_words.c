/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "launch/last_words.h"

#include "launch/ancestor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROC_PATH = 100 };

/*
 * O_APPEND: if it is a file, the launcher's position in it is not ours. O_NONBLOCK: do not wait
 * here for somebody to read.
 */
static int open_errors_of(pid_t process)
{
    char path[PROC_PATH];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)process, STDERR_FILENO);
    int fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        fcntl(fd, F_SETFL, O_APPEND);
    return fd;
}

/*
 * PRRTE (3.0.8), the launcher of Open MPI 5, reads nothing more once it is told to end: it sends
 * SIGTERM to the processes, sleeps for a quarter of a second, sends SIGKILL and ends.
 */
int fan_launch_last_words(void)
{
    pid_t launcher =
        getenv("PRTE_LAUNCHED") != NULL ? fan_launch_ancestor_with(STDERR_FILENO, S_IRUSR) : 0;
    int fd = launcher > 0 ? open_errors_of(launcher) : -1;
    return fd >= 0 ? fd : STDERR_FILENO;
}
