/* SPDX-License-Identifier: BSD-3-Clause */
/** @file raise.h  From findings to error codes of MPI. Local, thread-safe. */
#ifndef FAN_COPY_LIBRARY_RAISE_H
#define FAN_COPY_LIBRARY_RAISE_H

#include "copy/library/findings.h"

#include <mpi.h>

/** The code that stands for them, whose text is from now on their first problem. */
int fan_copylib_code(const fan_copylib_findings *findings);

/**
 * Raise a code on the error handler of `comm`; of MPI_COMM_WORLD for MPI_COMM_NULL. Returns the
 * code, for handlers that return. MPI_SUCCESS is just returned.
 */
int fan_copylib_raise(MPI_Comm comm, int code);

#endif
