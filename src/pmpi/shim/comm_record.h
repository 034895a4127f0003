/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file comm_record.h  What the shim must know of a communicator, as an attribute of it.
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
    bool is_agreed;    /**< on min_bytes */
    int64_t min_bytes; /**< blocking broadcasts of fewer are passed through */
    bool asked;        /**< whether the ranks have agreed if one has a device's runtime */
    /** whether a rank had one at the first broadcast of min_bytes or more */
    bool has_devices;
    /* See nonblocking.h: */
    int wishes;               /**< nonblocking broadcasts that came before it was prepared */
    bool is_prepared;         /**< all ranks have come, once */
    int64_t nonblocking_from; /**< of a prepared one: fewer bytes are passed through */
} fan_comm_record;

/**
 * The record of a communicator, made by the first call. Local. MPI must be alive (lifetime.h).
 *
 * @param record  receives it, NULL after an error
 * @return MPI's code, which has been raised
 */
int fan_comm_record_look(MPI_Comm comm, fan_comm_record **record);

/** The record of a communicator if there is one, else NULL. Local. */
fan_comm_record *fan_comm_record_find(MPI_Comm comm);

/**
 * The record of a communicator, with what ranks agree on. The first call on a communicator agrees,
 * collectively, unless this rank's arguments are such that MPI must see them first.
 *
 * @param root    of the broadcast for which it is needed
 * @param record  receives it if the result is FAN_TAKEN_OVER
 * @param code    receives the code of an error, which has been raised; else MPI_SUCCESS
 * @return FAN_TAKEN_OVER, or why the broadcast is to be passed through
 */
fan_stats_outcome fan_comm_record_get(MPI_Comm comm, int root, fan_comm_record **record, int *code);

/**
 * A number that all ranks have agreed on: of the first key (NULL at the end) that
 * fanout_comm_get_info has, INT64_MAX if it has none. Collective at the first call on a
 * communicator. Returns a code, which has been raised.
 */
int fan_comm_record_ask(MPI_Comm comm, const char *const *keys, int64_t *bytes);

#endif
