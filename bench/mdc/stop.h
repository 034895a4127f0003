/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_MDC_STOP_H
#define BENCH_MDC_STOP_H

#include <unistd.h>

void nap(double seconds);

/**
 * Stop this process (SIGSTOP) so many seconds from now, wherever it is then, for so many seconds:
 * a job whose processes all go on in the end ends as any other.
 *
 * @return who does it, for waitpid
 */
pid_t stop_later(double after, double seconds);

#endif
