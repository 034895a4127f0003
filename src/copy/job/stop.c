/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/log.h"
#include "copy/job/opened.h"
#include "copy/job/outcome.h"
#include "copy/job/printable.h"
#include "copy/job/stop.h"
#include "launch/last_words.h"
#include "os/cleanup.h"
#include "os/temporary.h"

#include <mpi.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The last three are those by which managers of jobs tell that the time is nearly over. */
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0], ABORT_TEXT = 512 };

static char host[FAN_COPY_HOST];
static atomic_bool ignored;
static bool keeps_parts;
static int mpi_failed = EXIT_FAILURE; /* the exit status that says so */
static bool silent;                   /* the process is not the copy's */
static _Atomic(const char *) advice;  /* or NULL */

static sigset_t ending_set(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < ENDING_SIGNALS; i++)
        sigaddset(&set, ending_signals[i]);
    return set;
}

void fan_copy_signals_hold(void)
{
    gethostname(host, sizeof host - 1);
    sigset_t set = ending_set();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* In one piece: several ranks write to one pipe at this moment. */
static void tell_unfinished(const char *path)
{
    char line[FAN_COPY_TEXT + FAN_COPY_PRINTABLE * PATH_MAX];
    char shown[FAN_COPY_PRINTABLE * PATH_MAX];
    fan_copy_printable(path, shown, sizeof shown);
    int length = snprintf(line, sizeof line,
                          "fanout-copy: %s: %s: not written, the copy was stopped by a signal\n",
                          host, shown);
    ssize_t written = write(fan_launch_last_words(), line, (size_t)length);
    (void)written; /* a failure could not be reported either */
}

void fan_copy_signals_advise(const char *text)
{
    atomic_store(&advice, text);
}

/* Without stdio: its lock may be held by a thread that waits for a launcher to read. */
static void tell_advice(int to)
{
    const char *text = atomic_load(&advice);
    if (text != NULL)
        dprintf(to, "fanout-copy: %s\n", text);
}

static const char *clean_up(bool keeps)
{
    const char *unfinished = fan_os_cleanup_run(keeps ? fan_os_temporary_is : NULL);
    fan_copy_opened_end(); /* what was to be removed may have been in them */
    return unfinished;
}

/* A thread, because removing a tree is not async-signal-safe. It calls no MPI function. */
static void *wait_for_signals(void *unused)
{
    (void)unused;
    const sigset_t set = ending_set();
    int signal_number;
    while (sigwait(&set, &signal_number) != 0 || atomic_load(&ignored))
        ;
    bool by_user = signal_number == SIGINT || signal_number == SIGUSR2;
    const char *unfinished = clean_up(keeps_parts && !by_user);
    if (unfinished != NULL)
        tell_unfinished(unfinished);
    if (!by_user)
        tell_advice(fan_launch_last_words());
    /* When one rank has gone, MPICH's launcher kills the others with SIGKILL at once: give them
     * time to get this signal and remove their files. Open MPI's launcher waits a second. */
    const struct timespec grace = {.tv_nsec = 300 * 1000 * 1000};
    nanosleep(&grace, NULL);
    _exit(1);
}

void fan_copy_signals_handle(bool keeps, bool driven)
{
    keeps_parts = keeps;
    mpi_failed = driven ? FAN_COPY_MPI_FAILED : EXIT_FAILURE;
    /* A write beyond the file size limit should fail with EFBIG, and a progress line that a
     * background job prints shall not stop it. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    /* Otherwise the exit status of a command would be lost. */
    signal(SIGCHLD, SIG_DFL);
    pthread_t thread;
    int error = pthread_create(&thread, NULL, wait_for_signals, NULL);
    if (error != 0)
        fan_copy_abort("cannot start a thread: %s", strerror(error));
    pthread_detach(thread);
}

void fan_copy_signals_ignore(void)
{
    atomic_store(&ignored, true);
}

void fan_copy_abort_silently(void)
{
    silent = true;
}

static void tell(const char *text)
{
    char shown[FAN_COPY_PRINTABLE * ABORT_TEXT];
    fan_copy_printable(text, shown, sizeof shown);
    fprintf(stderr, "fanout-copy: %s: %s\n", host, shown);
}

static _Noreturn void end_job(int status)
{
    tell_advice(STDERR_FILENO);
    fan_warn_wait();
    MPI_Abort(MPI_COMM_WORLD, status);
    _exit(status); /* MPI_Abort of MPICH 4.2.1 returns */
}

static _Noreturn void abort_alone(int status, const char *text)
{
    if (!silent)
        tell(text);
    clean_up(keeps_parts);
    if (silent)
        abort();
    end_job(status);
}

void fan_copy_abort(const char *format, ...)
{
    char text[ABORT_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    abort_alone(EXIT_FAILURE, text);
}

void fan_copy_abort_together(bool speaks, const char *text)
{
    const struct timespec to_clean_up = {.tv_sec = 1}, to_be_ended = {.tv_sec = 4};
    if (speaks)
        tell(text);
    clean_up(keeps_parts);
    nanosleep(&to_clean_up, NULL);
    if (!speaks) {
        nanosleep(&to_be_ended, NULL);
        tell(text);
    }
    end_job(EXIT_FAILURE);
}

void fan_copy_abort_mpi(int code)
{
    char reason[MPI_MAX_ERROR_STRING] = "", text[ABORT_TEXT];
    int length;
    MPI_Error_string(code, reason, &length);
    snprintf(text, sizeof text, "MPI failed: %s", reason);
    abort_alone(mpi_failed, text);
}

static void on_mpi_error(MPI_Comm *comm, int *code, ...)
{
    (void)comm;
    fan_copy_abort_mpi(*code);
}

void fan_copy_mpi_errors_abort(void)
{
    MPI_Errhandler handler;
    if (MPI_Comm_create_errhandler(on_mpi_error, &handler) != MPI_SUCCESS)
        fan_copy_abort("MPI failed: cannot create an error handler");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    MPI_Errhandler_free(&handler);
}
