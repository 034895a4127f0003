/* SPDX-License-Identifier: BSD-3-Clause */
/** @file hdf5_read.h  Reads trace files. See writer.h for their layout. */
#ifndef FAN_TRACE_READ_HDF5_READ_H
#define FAN_TRACE_READ_HDF5_READ_H

#include "trace/read/run.h"

/** Communicators of all files that were read. */
typedef struct fan_runs {
    fan_run *runs; /**< [count] */
    size_t count, room;
} fan_runs;

/**
 * Read what a file has, and put it together with what is there already of the same communicators.
 * Values that no trace has are refused. FAN_ERR_SYSTEM: it cannot be read; FAN_ERR_ARGUMENT: it is
 * no trace.
 */
fan_status fan_runs_read(fan_runs *runs, const char *path);

void fan_runs_free(fan_runs *runs);

#endif
