/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/objects/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 1000 };

/* Seconds in which the child has to get HDF5's lock. */
static const double ENTRY_PATIENCE = 5;

static const rlim_t MEMORY_BYTES = (rlim_t)2 << 30;

/* What both processes have in common. */
typedef struct board {
    fan_h5_apart_report report;
    atomic_bool entered; /* the child has had HDF5's lock */
    atomic_bool done;
} board;

typedef struct child {
    fan_h5_apart_work *work;
    void *state;
    board *board;
    pid_t parent, process;
    int error;   /* why there is no process */
    int ends[2]; /* of a pipe, which closes when the child ends */
} child;

/* ---- in the child ---- */

void fan_h5_apart_step(void *report, const char *place)
{
    fan_h5_apart_report *r = report;
    if (place != NULL)
        snprintf(r->place, sizeof r->place, "%s", place);
    atomic_fetch_add_explicit(&r->steps, 1, memory_order_relaxed);
}

/* Where HDF5 goes in circles, it may allocate as long as it is let. */
static void limit_memory(void)
{
    struct rlimit limit;
    unsigned long data = 0;
    FILE *sizes = fopen("/proc/self/statm", "re");
    bool known = sizes != NULL && fscanf(sizes, "%*u %*u %*u %*u %*u %lu", &data) == 1;
    if (sizes != NULL)
        fclose(sizes);
    if (!known || getrlimit(RLIMIT_DATA, &limit) != 0)
        return;
    limit.rlim_cur = MIN(limit.rlim_cur, data * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_BYTES);
    setrlimit(RLIMIT_DATA, &limit);
}

/* Handlers are the program's, and may use MPI. */
static void forget_handlers(void)
{
    for (int s = 1; s < NSIG; s++)
        if (signal(s, SIG_DFL) == SIG_IGN)
            signal(s, SIG_IGN);
}

/* What the C library prints when it finds its heap damaged is in the report, in other words. */
static void be_silent(void)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    prctl(PR_SET_DUMPABLE, 0);
}

static void end_with_parent(const child *c)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != c->parent)
        _exit(1);
}

__attribute__((noreturn)) static void be_the_child(const child *c)
{
    close(c->ends[0]);
    forget_handlers();
    end_with_parent(c);
    be_silent();
    limit_memory();
    H5open();
    atomic_store(&c->board->entered, true);
    c->work(c->state, &c->board->report);
    atomic_store(&c->board->done, true);
    _exit(0);
}

/* ---- in the parent ---- */

static herr_t divide(hid_t list, const char *name, void *state)
{
    (void)list, (void)name;
    child *c = state;
    c->parent = getpid();
    c->process = fork();
    c->error = errno;
    if (c->process == 0)
        be_the_child(c);
    return 1;
}

/*
 * HDF5 2 has a recursive mutex of the C library as its lock. Its owner is a thread by its number,
 * which is another one in the child, so that the child would wait for itself: there the lock has to
 * be free, and if it is not, the child never enters HDF5. Earlier versions know their owner by
 * pthread_self(), which is the same.
 */
static void start(child *c)
{
    c->error = ENOSYS; /* should HDF5 not call back */
#if H5_VERSION_GE(2, 0, 0)
    divide(H5P_FILE_ACCESS, "", c);
#else
    H5Piterate(H5P_FILE_ACCESS, NULL, divide, c);
#endif
}

/* A thread that forks at this time may have a copy of the pipe's end, and keep it open. */
static bool has_ended(const child *c, bool closed, int *status)
{
    pid_t ended = waitpid(c->process, status, closed ? 0 : WNOHANG);
    return ended == c->process || (ended < 0 && errno == ECHILD);
}

/*
 * Counted by ticks rather than the clock: a job that is stopped and continued has lost none of its
 * patience.
 */
static bool wait_for(const child *c, double patience, int *status)
{
    unsigned long steps = 0;
    double waited = 0;
    while (waited < (atomic_load(&c->board->entered) ? patience : MIN(patience, ENTRY_PATIENCE))) {
        struct pollfd end = {c->ends[0], POLLIN, 0};
        int ready = poll(&end, 1, TICK_MS);
        if (has_ended(c, ready > 0, status))
            return true;
        unsigned long now = atomic_load(&c->board->report.steps);
        if (now != steps || atomic_load(&c->board->report.long_step))
            waited = 0;
        else if (ready == 0)
            waited += TICK_MS / 1e3;
        steps = now;
    }
    kill(c->process, SIGKILL);
    return false;
}

static void say(const child *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const child *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->board->report.reason, FAN_H5_APART_REASON_BYTES, format, arguments);
    va_end(arguments);
}

static fan_h5_apart_end judge(const child *c, double patience)
{
    int status = 0;
    bool ended = wait_for(c, patience, &status);
    while (!ended && !has_ended(c, true, &status))
        ;
    if (atomic_load(&c->board->done))
        return FAN_H5_APART_DONE;
    if (!ended && !atomic_load(&c->board->entered)) {
        say(c, "HDF5's lock is taken");
        return FAN_H5_APART_NO_PROCESS;
    }
    if (!ended)
        say(c, "no step in %g seconds", patience);
    else
        say(c, "%s", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "its process ended");
    return ended ? FAN_H5_APART_CRASHED : FAN_H5_APART_STUCK;
}

static fan_h5_apart_end run(child *c, double patience)
{
    if (pipe2(c->ends, O_CLOEXEC) != 0) {
        say(c, "%s", strerror(errno));
        return FAN_H5_APART_NO_PROCESS;
    }
    start(c);
    close(c->ends[1]);
    fan_h5_apart_end end = FAN_H5_APART_NO_PROCESS;
    if (c->process >= 0)
        end = judge(c, patience);
    else
        say(c, "%s", strerror(c->error));
    close(c->ends[0]);
    return end;
}

fan_h5_apart_end fan_h5_apart(fan_h5_apart_work *work, void *state, double patience,
                              fan_h5_apart_report *report)
{
    board *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        *report = (fan_h5_apart_report){.reason = "no memory"};
        return FAN_H5_APART_NO_PROCESS;
    }
    child c = {.work = work, .state = state, .board = shared, .process = -1};
    fan_h5_apart_end end = run(&c, patience);
    *report = shared->report;
    munmap(shared, sizeof *shared);
    return end;
}
