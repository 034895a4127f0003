/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/hosts/watch.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

bool fan_copy_watch_open(fan_copy_watch *signals)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    signal(SIGCHLD, SIG_DFL); /* otherwise the exit status of the launcher would be lost */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTTOU, SIG_IGN); /* a launcher in the background may print */
    *signals = (fan_copy_watch){.fd = -1};
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return signals->fd >= 0;
}

bool fan_copy_watch_look(fan_copy_watch *signals)
{
    struct signalfd_siginfo info;
    while (read(signals->fd, &info, sizeof info) == (ssize_t)sizeof info)
        signals->stops += info.ssi_signo != SIGCHLD;
    return signals->stops > 0;
}

bool fan_copy_watch_wait(fan_copy_watch *signals, int milliseconds)
{
    struct pollfd of = {.fd = signals->fd, .events = POLLIN};
    poll(&of, 1, milliseconds);
    return fan_copy_watch_look(signals);
}
