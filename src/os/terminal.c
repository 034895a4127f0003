/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/terminal.h"

#include <stdbool.h>
#include <unistd.h>

/* The launcher makes a process group for each rank, so its own, our parent's, is what counts. */
static bool in_foreground(int fd)
{
    pid_t foreground = tcgetpgrp(fd);
    return foreground == getpgrp() || foreground == getpgid(getppid());
}

FILE *fan_os_terminal_open(void)
{
    if (isatty(STDERR_FILENO))
        return fdopen(dup(STDERR_FILENO), "w");
    FILE *terminal = fopen("/dev/tty", "we");
    if (terminal != NULL && !in_foreground(fileno(terminal))) {
        fclose(terminal);
        return NULL;
    }
    return terminal;
}
