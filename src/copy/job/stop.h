/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stop.h  What ends the whole job early: signals, and failures of MPI or of memory. */
#ifndef FAN_COPY_JOB_STOP_H
#define FAN_COPY_JOB_STOP_H

#include <stdbool.h>

/** In a job of --hosts: by this exit status it says that MPI has failed (EX_TEMPFAIL). */
enum { FAN_COPY_MPI_FAILED = 75 };

/**
 * Hold SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU back in this thread and in all that it
 * starts from now on. Called before MPI_Init, it leaves them to the thread that
 * fan_copy_signals_handle starts.
 */
void fan_copy_signals_hold(void);

/**
 * From now on these signals remove what is not whole and end the process with status 1.
 *
 * @param keeps   SIGTERM, SIGHUP and fan_copy_abort leave what can be gone on with: the job is
 *                going to be started again. SIGINT and SIGUSR2 still remove it.
 * @param driven  --hosts has started this job
 */
void fan_copy_signals_handle(bool keeps, bool driven);

/** On the rank that reports: what the user may do when the job ends early. `text` is kept. */
void fan_copy_signals_advise(const char *text);

/**
 * From now on they do nothing: all is done, and the launcher may signal those that are still here.
 */
void fan_copy_signals_ignore(void);

/** Errors of MPI in MPI_COMM_WORLD and what is made from it end the job, by fan_copy_abort. */
void fan_copy_mpi_errors_abort(void);

/**
 * Print "fanout-copy: HOST: ...", remove what this rank has that is not whole, end the job with
 * status 1.
 */
_Noreturn void fan_copy_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * The same, because a call of MPI's has returned `code`. If `driven`, by fan_copy_signals_handle,
 * with status FAN_COPY_MPI_FAILED.
 */
_Noreturn void fan_copy_abort_mpi(int code);

/**
 * From now on fan_copy_abort prints nothing, and ends this process by abort(): it is that of a
 * program which has called a library.
 */
void fan_copy_abort_silently(void);

/**
 * The same on all ranks at about the same time. Launchers kill the others as soon as one aborts: so
 * all clean up, one `speaks` and aborts after a second, and the others do so if it has not.
 */
_Noreturn void fan_copy_abort_together(bool speaks, const char *text);

#endif
