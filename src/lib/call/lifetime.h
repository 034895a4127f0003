/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file lifetime.h  The state of a communicator is an attribute of it: made at first use, freed
 * with it.
 */
#ifndef FAN_LIB_CALL_LIFETIME_H
#define FAN_LIB_CALL_LIFETIME_H

#include "lib/state/comm_state.h"

/**
 * The state of an intracommunicator, made (collectively) if it has none yet. With ranks that have
 * died, too, where others may go on without them.
 */
fan_status fan_lifetime_find(MPI_Comm comm, fan_comm_state **state);

/** The same; FAN_ERR_DIED if a rank has died. */
fan_status fan_lifetime_state(MPI_Comm comm, fan_comm_state **state);

/**
 * The same, for what goes on without those that have died: a state that is connected is given
 * although some have, as long as its messages were not ended for that (fan_death_settle).
 */
fan_status fan_lifetime_state_of_survivors(MPI_Comm comm, fan_comm_state **state);

/** The state that `comm`, a valid communicator, has already; or NULL. Local. */
fan_comm_state *fan_lifetime_look(MPI_Comm comm);

/** Drop a reference to a state. The last one frees it. Local. */
void fan_lifetime_leave(fan_comm_state *state);

#endif
