/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file pass_through.h  A broadcast that is passed through to the MPI library, which also judges
 * wrong arguments and raises its own errors; or one that is too small for the engine. Collective,
 * thread-safe.
 */
#ifndef FAN_LIB_CALL_PASS_THROUGH_H
#define FAN_LIB_CALL_PASS_THROUGH_H

#include "lib/call/call.h"

/** One of a call without a state: one rank, wrong arguments, or an intercommunicator. */
int fan_pass_through(const fan_call *call);

/** The way of one that has a state, where nothing is tried. Local. */
fan_way fan_pass_through_way(const fan_call *call);

/**
 * Wait for one that has a state, in one of the ways that are not the engine's, while pending
 * broadcasts go on. Returns a code that has been raised.
 */
int fan_pass_through_by(const fan_call *call, fan_way way);

/** Start it by MPI_Ibcast. Returns a code that has been raised. */
int fan_pass_through_nonblocking(const fan_call *call, MPI_Request *request);

#endif
