/* SPDX-License-Identifier: BSD-3-Clause */
/** @file errors.h  From our failures to MPI error codes, raised as MPI's own are. */
#ifndef FAN_LIB_STATE_ERRORS_H
#define FAN_LIB_STATE_ERRORS_H

#include "base/status.h"
#include "fanout.h"

#include <stdbool.h>

/**
 * Raise the last failure of the calling thread, whose status is `status`, on the error handler of
 * `comm`: as the code that MPI returned if a call of MPI failed, else as a code of ours. Prints a
 * warning with fan_fail_text() first if the caller cannot know what failed. Local.
 *
 * @return the code, for handlers that return; MPI_SUCCESS, with nothing raised, for FAN_OK
 */
int fan_error_raise(MPI_Comm comm, fan_status status);

/**
 * Whether what has failed on `comm` with `status`, this thread's last failure, failed because of a
 * death. Local.
 */
bool fan_error_is_death(MPI_Comm comm, fan_status status);

/**
 * Raise an MPI error code on the error handler of `comm`; of MPI_COMM_WORLD for MPI_COMM_NULL.
 * Returns the code, for handlers that return. MPI_SUCCESS is just returned. Local.
 */
int fan_error_raise_code(MPI_Comm comm, int code);

/**
 * Where ranks may die: let nobody be told of errors on `comm` but those that the library raises,
 * because a death may be overcome. Returns what fan_error_tell_again puts back. Local.
 */
MPI_Errhandler fan_error_tell_nobody(MPI_Comm comm);
void fan_error_tell_again(MPI_Comm comm, MPI_Errhandler handler);

/**
 * End the job after the last failure of the calling thread: other ranks wait for this one in a
 * broadcast, where they cannot be told that it does not come.
 */
_Noreturn void fan_error_abort(void);

#endif
