/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file agree.h  What all ranks of a communicator know after one call. All functions are collective
 * and, on different communicators, thread-safe. They wait as wait.h says.
 */
#ifndef FAN_COMM_AGREE_H
#define FAN_COMM_AGREE_H

#include "base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Replace each of `count` values by the largest on any rank. Returns MPI's code. */
int fan_comm_maximum(MPI_Comm comm, int count, int64_t *values);

/**
 * Replace `flag` by whether it is true on any rank; on an intercommunicator, on any rank of the
 * other group. Returns MPI's code.
 */
int fan_comm_any(MPI_Comm comm, bool *flag);

/**
 * Replace `value` by the largest on any rank of an intracommunicator, or of both groups of an
 * intercommunicator. Returns MPI's code.
 */
int fan_comm_worst(MPI_Comm comm, int64_t *value);

/** The values of all ranks lie between these. */
typedef struct fan_comm_range {
    int64_t least, most;
} fan_comm_range;

/** A range for fan_comm_ranges to widen. `value` is above INT64_MIN. */
static inline fan_comm_range fan_comm_range_of(int64_t value)
{
    return (fan_comm_range){value, value};
}

/** Widen each of `count` ranges to those of all ranks. Returns MPI's code. */
int fan_comm_ranges(MPI_Comm comm, int count, fan_comm_range *ranges);

/** Whether all ranks gave the same value. */
static inline bool fan_comm_range_is_one(fan_comm_range range)
{
    return range.least == range.most;
}

/** `bytes` of rank `root` become those of all. Returns MPI's code. */
int fan_comm_from(int root, void *data, size_t bytes, MPI_Comm comm);

/** Bring `bytes` of each rank to rank 0, all[ranks], which others need not have. MPI's code. */
int fan_comm_to_first(const void *own, void *all, size_t bytes, MPI_Comm comm);

/** The same to all ranks. Returns MPI's code. */
int fan_comm_to_all(const void *own, void *all, size_t bytes, MPI_Comm comm);

/** The first member of a message by which rank 0 tells the others what it has decided. */
typedef struct fan_comm_verdict {
    fan_status status;
    char text[500]; /**< of a failure */
} fan_comm_verdict;

/** The verdict of `status`, which is FAN_OK or stands for the last failure of this thread. */
void fan_comm_verdict_set(fan_comm_verdict *verdict, fan_status status);

/** Its status; a failure is recorded with its text. */
fan_status fan_comm_verdict_get(const fan_comm_verdict *verdict);

/**
 * Rank 0's message to all, and its status.
 *
 * @param status   on rank 0: FAN_OK, or the last failure of this thread; elsewhere not looked at
 * @param verdict  the first member of a message of `bytes`, which is rank 0's afterwards
 * @param failure  the text if MPI fails
 * @return         FAN_OK or rank 0's failure, recorded with its text on every rank; or
 *                 FAN_ERR_TRANSPORT
 */
fan_status fan_comm_share(MPI_Comm comm, fan_status status, fan_comm_verdict *verdict, size_t bytes,
                          const char *failure);

#endif
