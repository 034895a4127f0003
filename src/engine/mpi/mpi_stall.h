/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file mpi_stall.h  The ranks of a stalled stream tell rank 0 what they wait for, and hear what
 * that means.
 */
#ifndef FAN_ENGINE_MPI_MPI_STALL_H
#define FAN_ENGINE_MPI_MPI_STALL_H

#include "engine/stall.h"

#include <mpi.h>

enum { FAN_STALL_TEXT = 200 };

/**
 * No rank can be relied on: it ends after some seconds, whoever answers.
 *
 * @param comm   the private communicator
 * @param tag    of the messages; they use the next one, too
 * @param hosts  of all ranks
 * @param text   [FAN_STALL_TEXT] receives which edges are stuck or, if rank 0 does not answer, what
 *               this rank knows
 */
void fan_mpi_stall_explain(MPI_Comm comm, int tag, const fan_view *own, const fan_host_name *hosts,
                           char *text);

#endif
