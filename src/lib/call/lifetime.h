/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file lifetime.h  The state of a communicator is an attribute of it: made at first use, freed
 * with it.
 */
#ifndef FAN_LIB_CALL_LIFETIME_H
#define FAN_LIB_CALL_LIFETIME_H

#include "lib/state/comm_state.h"

/** The state of an intracommunicator, made (collectively) if it has none yet. */
fan_status fan_lifetime_state(MPI_Comm comm, fan_comm_state **state);

/** Drop a reference to a state. The last one frees it. Local. */
void fan_lifetime_leave(fan_comm_state *state);

#endif
