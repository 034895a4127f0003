/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "bench/mdc/stop.h"

#include <math.h>
#include <signal.h>
#include <time.h>

void nap(double seconds)
{
    const struct timespec time = {.tv_sec = (time_t)seconds,
                                  .tv_nsec = (long)(fmod(seconds, 1) * 1e9)};
    nanosleep(&time, NULL);
}

pid_t stop_later(double after, double seconds)
{
    pid_t process = getpid(), child = fork();
    if (child != 0)
        return child;
    nap(after);
    kill(process, SIGSTOP);
    nap(seconds);
    kill(process, SIGCONT);
    _exit(0);
}
