/* SPDX-License-Identifier: BSD-3-Clause */
/** @file errors.h  From our failures to MPI error codes, raised as MPI's own are. */
#ifndef FAN_LIB_STATE_ERRORS_H
#define FAN_LIB_STATE_ERRORS_H

#include "base/status.h"
#include "fanout.h"

/**
 * The MPI error code for a failure.
 *
 * @param mpi_code  what MPI said, if the failure is FAN_ERR_TRANSPORT
 */
int fan_error_code(fan_status status, int mpi_code);

/**
 * Raise `code` on the error handler of `comm`, after a warning with fan_fail_text() if the failure
 * (`status`) is one that the caller cannot know, and return the code, for handlers that return.
 * MPI_SUCCESS is just returned.
 */
int fan_error_raise(MPI_Comm comm, fan_status status, int code);

#endif
