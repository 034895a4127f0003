/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file recorder.h  FANOUT_TRACE: what a communicator transfers, recorded and written to a file.
 *
 * Rank 0 of the communicator decides, and writes. The file is written when the communicator is
 * freed, or when MPI_Finalize begins. If a broadcast fails, each rank that has noticed writes what
 * it has, to a file of its own.
 */
#ifndef FAN_LIB_RECORD_RECORDER_H
#define FAN_LIB_RECORD_RECORDER_H

#include "base/status.h"
#include "engine/trace.h"
#include "lib/where/node_map.h"

#include <mpi.h>

typedef struct fan_recorder fan_recorder;

/** Whether this process has FANOUT_TRACE in its environment. */
bool fan_recorder_wanted(void);

/**
 * Begin to record. Collective over `comm`, which is private and nobody else's. NULL on all ranks,
 * with a warning, if a rank has not enough memory.
 */
fan_recorder *fan_recorder_make(MPI_Comm comm, const fan_node_map *map, int64_t limit);

fan_trace *fan_recorder_trace(fan_recorder *recorder);

/** Whether the words of the trace could be about a broadcast of so many bytes: the largest. */
bool fan_recorder_lacks_words(const fan_recorder *recorder, int64_t bytes);

/**
 * Say in the trace how the library came to do what was recorded. On rank 0; local.
 *
 * @param bytes  that were broadcast so
 * @param words  text that the recorder frees, or NULL
 */
void fan_recorder_explain(fan_recorder *recorder, int64_t bytes, char *words);

/** What it says so far, or NULL. */
const char *fan_recorder_words(const fan_recorder *recorder);

/** A broadcast has failed on this rank. Local. */
void fan_recorder_fail(fan_recorder *recorder, fan_status status);

/** An order that is the same on all processes. */
bool fan_recorder_precedes(const fan_recorder *a, const fan_recorder *b);

/**
 * Write the trace and free the recorder. Collective, except for ranks on which the communicator
 * cannot be used any more.
 */
void fan_recorder_end(fan_recorder *recorder);

#endif
