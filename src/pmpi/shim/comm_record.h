/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file comm_record.h  What the shim must know of a communicator, as an attribute of it: 24 bytes.
 *
 * Every member is equal on all ranks of the communicator, so what is decided from it and from
 * arguments that MPI wants to be equal is the same decision everywhere.
 */
#ifndef FAN_PMPI_SHIM_COMM_RECORD_H
#define FAN_PMPI_SHIM_COMM_RECORD_H

#include "pmpi/shim/stats.h"

#include <mpi.h>

typedef struct fan_comm_record {
    /** FAN_TAKEN_OVER, or why all broadcasts of this communicator are passed through */
    fan_stats_outcome verdict;
    int size;
    int64_t min_bytes; /**< broadcasts of fewer are passed through */
    bool asked;        /**< whether the ranks have agreed if one has a device's runtime */
    /** whether a rank had one at the first broadcast of min_bytes or more */
    bool has_devices;
} fan_comm_record;

/**
 * The record of a communicator. The first call on a communicator makes it, collectively, unless
 * this rank's arguments are such that MPI must see them first. MPI must be alive (lifetime.h).
 *
 * @param root    of the broadcast for which it is needed
 * @param record  receives it if the result is FAN_TAKEN_OVER
 * @param code    receives the code of an error, which has been raised; else MPI_SUCCESS
 * @return FAN_TAKEN_OVER, or why the broadcast is to be passed through
 */
fan_stats_outcome fan_comm_record_get(MPI_Comm comm, int root, fan_comm_record **record, int *code);

#endif
