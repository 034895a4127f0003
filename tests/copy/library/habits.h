/* SPDX-License-Identifier: BSD-3-Clause */
/** @file habits.h  What of a process a library is to leave as it is. */
#ifndef FAN_TESTS_COPY_LIBRARY_HABITS_H
#define FAN_TESTS_COPY_LIBRARY_HABITS_H

#include <limits.h>
#include <mpi.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNALS = 64 };

typedef struct habits {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
    mode_t creation;
    char directory[PATH_MAX];
} habits;

static inline void look(habits *h)
{
    memset(h, 0, sizeof *h);
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, NULL, &h->actions[i]);
    pthread_sigmask(SIG_SETMASK, NULL, &h->mask);
    h->creation = umask(0);
    umask(h->creation);
    if (getcwd(h->directory, sizeof h->directory) == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
}

static inline bool are_same(const habits *a, const habits *b)
{
    bool same = a->creation == b->creation && strcmp(a->directory, b->directory) == 0;
    for (int i = 1; i < SIGNALS; i++)
        same = same && a->actions[i].sa_handler == b->actions[i].sa_handler &&
               sigismember(&a->mask, i) == sigismember(&b->mask, i);
    return same;
}

#endif
