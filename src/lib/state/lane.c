/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/lane.h"

#include "comm/agree.h"
#include "lib/state/tell.h"

/* Rank 0 proposes a block of tags. */
static fan_status take_tags(fan_comm_state *state, fan_lane *lane)
{
    int64_t block = state->rank == 0 ? fan_channel_propose_block(state->channel) : 0;
    int code = fan_comm_from(0, &block, sizeof block, state->user_comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on tags");
    if (!fan_channel_take_block(state->channel, block))
        return FAN_OK;
    lane->channel = fan_channel_retain(state->channel);
    lane->block = block;
    lane->first_tag = fan_channel_tag(state->channel, block) + FAN_TAGS;
    return FAN_OK;
}

fan_status fan_lane_open(fan_comm_state *state, fan_lane *lane, bool *possible)
{
    *lane = (fan_lane){0};
    fan_status status = take_tags(state, lane);
    if (status != FAN_OK)
        return status;
    fan_hindrance hindrance = lane->channel == NULL ? FAN_SOME_LACK : FAN_UNHINDERED;
    status = fan_comm_state_own_node(state, true, &hindrance, &lane->node);
    *possible = status == FAN_OK && hindrance == FAN_UNHINDERED;
    if (!*possible)
        fan_lane_close(lane);
    if (status == FAN_OK && hindrance == FAN_SOME_LACK)
        status = fan_fall_back_pending(state, "persistent broadcasts");
    return status;
}

void fan_lane_close(fan_lane *lane)
{
    if (lane->node != NULL)
        fan_node_leave(lane->node);
    if (lane->channel != NULL) {
        fan_channel_free_block(lane->channel, lane->block);
        fan_channel_leave(lane->channel, true);
    }
    *lane = (fan_lane){0};
}
