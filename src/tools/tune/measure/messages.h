/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file messages.h  Two ranks that relay empty messages to each other, and that transfer many
 * bytes.
 *
 * With the calls that the library's transport makes (engine/mpi/mpi_transport.h).
 */
#ifndef FAN_TOOLS_TUNE_MEASURE_MESSAGES_H
#define FAN_TOOLS_TUNE_MEASURE_MESSAGES_H

#include <mpi.h>
#include <stdbool.h>

enum { FAN_TUNE_MOST_ON_THE_WAY = 1024 };

/**
 * Each of the two receives `count` messages and sends `count`. One begins with `window` of them;
 * after that, what either receives, it answers.
 *
 * @param window  at most FAN_TUNE_MOST_ON_THE_WAY and `count`
 * @return seconds from the first send to the end
 */
double fan_tune_relay(MPI_Comm comm, int peer, int window, int count, bool begins);

/** Send `bytes`; the seconds until the empty answer is here. The peer calls fan_tune_take. */
double fan_tune_transfer(MPI_Comm comm, int peer, int bytes);

void fan_tune_take(MPI_Comm comm, int peer, int bytes);

#endif
