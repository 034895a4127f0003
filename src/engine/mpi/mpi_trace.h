/* SPDX-License-Identifier: BSD-3-Clause */
/** @file mpi_trace.h  The messages of a trace: comparing clocks, and bringing it to rank 0. */
#ifndef FAN_ENGINE_MPI_MPI_TRACE_H
#define FAN_ENGINE_MPI_MPI_TRACE_H

#include "trace/record/clock_offset.h"
#include "trace/record/transfer.h"

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

/** What to add to this rank's clock to have that of rank 0. Collective. Returns an MPI code. */
int fan_mpi_clock_compare(MPI_Comm comm, fan_clock_offset *offset);

enum { FAN_MPI_PIECE = 16 * 1024 /**< transfers in one message */ };

/** Give rank 0 the transfers of this rank. Returns an MPI code. */
int fan_mpi_trace_send(MPI_Comm comm, const fan_transfer *transfers, int64_t count);

/**
 * On rank 0: the next at most FAN_MPI_PIECE of the `left` transfers of `rank`. Returns an MPI code.
 */
int fan_mpi_trace_receive(MPI_Comm comm, int rank, int64_t left, fan_transfer *transfers,
                          int *count);

#endif
