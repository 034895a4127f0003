/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file pass_through.h  A broadcast that is passed through to the MPI library, which also judges
 * wrong arguments and raises its own errors. Collective, thread-safe.
 */
#ifndef FAN_LIB_CALL_PASS_THROUGH_H
#define FAN_LIB_CALL_PASS_THROUGH_H

#include "lib/call/call.h"

/** By MPI_Bcast. Returns MPI's code. */
int fan_pass_through(const fan_call *call);

/** By MPI_Ibcast. Returns MPI's code. */
int fan_pass_through_nonblocking(const fan_call *call, MPI_Request *request);

#endif
