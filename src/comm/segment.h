/* SPDX-License-Identifier: BSD-3-Clause */
/** @file segment.h  Memory that the ranks of a communicator share. */
#ifndef FAN_COMM_SEGMENT_H
#define FAN_COMM_SEGMENT_H

#include "base/segment.h"
#include "base/status.h"

#include <mpi.h>
#include <stdint.h>

/**
 * FAN_OK, or on every rank the worst of all ranks' statuses, which stand for their last failures. A
 * rank whose own status is FAN_OK records that another rank of the node cannot use the memory.
 * Collective.
 */
fan_status fan_comm_worst(MPI_Comm comm, fan_status status);

/**
 * A segment of `bytes` that all ranks of `comm`, which are on one node, have in memory. Rank 0
 * makes it. Collective. After a failure, which is one on all ranks, they have none.
 *
 * @param part    for which this rank reserves the memory: see base/segment.h
 * @param number  receives a number of the segment, equal on all ranks and never 0; NULL: not needed
 */
fan_status fan_comm_segment(MPI_Comm comm, size_t bytes, fan_segment_part part,
                            fan_segment *segment, int64_t *number);

#endif
