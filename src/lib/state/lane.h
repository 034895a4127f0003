/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file lane.h  Broadcasts of one lane follow each other, in the same order on all ranks; those of
 * different lanes run side by side and may be started in any order.
 *
 * A communicator has a lane for all that MPI orders by the calls: blocking and nonblocking
 * broadcasts, streams. A persistent broadcast has a lane of its own, because ranks may start it
 * before or after others (MPI 4.0, section 6.13): with tags and a ring that nobody else uses, it is
 * matched by what it was made as.
 */
#ifndef FAN_LIB_STATE_LANE_H
#define FAN_LIB_STATE_LANE_H

#include "lib/state/comm_state.h"

/**
 * A lane of its own, on a connected state. Collective: ranks open lanes in the same order.
 *
 * @param possible  receives whether there is one: not without memory for a ring on some node, nor
 *                  when there are no tags that are free on all ranks. Equal on all ranks
 */
fan_status fan_lane_open(fan_comm_state *state, fan_lane *lane, bool *possible);

/** A lane that is not open may be closed, too. Local: other ranks may do so later. */
void fan_lane_close(fan_lane *lane);

#endif
