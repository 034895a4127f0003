/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/lane.h"

#include "comm/agree.h"
#include "lib/state/blocking.h"

/* Rank 0 proposes a block of tags. Returns MPI's code. */
static int take_tags(fan_comm_state *state, fan_lane *lane)
{
    int64_t block = state->rank == 0 ? fan_channel_propose_block(state->channel) : 0;
    int code = fan_comm_from(0, &block, sizeof block, state->user_comm);
    if (code != MPI_SUCCESS || !fan_channel_take_block(state->channel, block))
        return code;
    lane->channel = fan_channel_retain(state->channel);
    lane->block = block;
    lane->first_tag = fan_channel_tag(state->channel, block) + FAN_TAGS;
    return code;
}

fan_status fan_lane_open(fan_comm_state *state, fan_lane *lane, bool *possible)
{
    *lane = (fan_lane){0};
    int code = take_tags(state, lane);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on tags");
    fan_status status = fan_comm_state_own_node(state, true, &lane->node);
    if (status == FAN_ERR_TRANSPORT)
        return status;
    bool failed =
        status != FAN_OK || lane->channel == NULL || fan_blocking_elsewhere(state->blocks);
    code = fan_comm_any(state->user_comm, &failed);
    *possible = code == MPI_SUCCESS && !failed;
    if (*possible)
        fan_comm_state_end_blocking(state);
    else
        fan_lane_close(lane);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, "MPI_Iallreduce failed");
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
