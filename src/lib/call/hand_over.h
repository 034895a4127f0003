/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file hand_over.h  The MPI library's own broadcast. It also judges wrong arguments, and raises
 * its own errors.
 */
#ifndef FAN_LIB_CALL_HAND_OVER_H
#define FAN_LIB_CALL_HAND_OVER_H

#include "lib/call/call.h"

/** Blocking. Returns MPI's code. */
int fan_hand_over(const fan_call *call);

/** Nonblocking. */
int fan_hand_over_nonblocking(const fan_call *call, MPI_Request *request);

#endif
