/* SPDX-License-Identifier: BSD-3-Clause */
/** @file source_file.h  The root's file, read once from its beginning to its end. */
#ifndef FAN_HDF5_OPEN_SOURCE_FILE_H
#define FAN_HDF5_OPEN_SOURCE_FILE_H

#include "hdf5/common/errors.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

typedef struct fan_h5_source_file {
    fan_h5_errors *errors;
    const char *path;
    int descriptor; /**< or -1 */
    struct stat before;
} fan_h5_source_file;

/**
 * Open it and lock it against writers. False, with the failure recorded, if it cannot be opened,
 * has a writer or is not a regular file with data.
 */
bool fan_h5_source_open(fan_h5_source_file *file, const char *path, fan_h5_errors *errors);

/** A fanout_source_fn. */
int fan_h5_source_read(void *file, MPI_Count offset, void *buffer, size_t bytes);

/** Close the file. Records a failure if it was changed since it was opened. */
void fan_h5_source_close(fan_h5_source_file *file);

#endif
