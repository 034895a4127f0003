/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/read/thread.h"

#include <signal.h>

bool fan_h5_thread_start(pthread_t *thread, void *(*run)(void *), void *state)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, run, state) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}
