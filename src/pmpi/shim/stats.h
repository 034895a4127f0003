/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stats.h  FANOUT_STATS=1: what became of the broadcasts of this process. */
#ifndef FAN_PMPI_SHIM_STATS_H
#define FAN_PMPI_SHIM_STATS_H

#include <stdbool.h>
#include <stdint.h>

/** What was done with a broadcast, and why. */
typedef enum fan_stats_outcome {
    FAN_TAKEN_OVER,
    FAN_TAKEN_OVER_NONBLOCKING,
    FAN_STAGED, /**< taken over, this rank's device memory through a copy in host memory */
    FAN_SMALL,  /**< passed through to MPI, as all that follow */
    FAN_ONE_RANK,
    FAN_INTERCOMM,
    FAN_STRANGERS, /**< some ranks may be without the shim */
    FAN_DEVICE_MEMORY,
    FAN_NONBLOCKING,
    FAN_PERSISTENT,
    FAN_WRONG_ARGUMENT,
    FAN_NOT_INITIALISED, /**< before MPI_Init, after MPI_Finalize, or with sessions only */
    FAN_OUTCOMES
} fan_stats_outcome;

/** Whether FANOUT_STATS asks for statistics. */
bool fan_stats_wanted(void);

/** Count one call of this rank. Thread-safe. */
void fan_stats_add(fan_stats_outcome outcome, int64_t bytes, double seconds);

/** Print the table of this process on standard error. */
void fan_stats_print(void);

#endif
