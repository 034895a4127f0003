/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/lane.h"

#include "comm/agree.h"

/* Below are the tags of the communicator's own lane, and those of mpi_stall.c and mpi_trace.c. */
enum { FIRST_TAG = 1 << 16 };

/* A subfile has a tag, and there are fewer of them than nodes. Fails alike on all ranks. */
static bool take_tags(fan_comm_state *state, int *first_tag)
{
    int *most, found;
    MPI_Comm_get_attr(state->comm, MPI_TAG_UB, &most, &found);
    if (state->next_tag == 0)
        state->next_tag = FIRST_TAG;
    if (!found || state->next_tag + state->map.nodes > *most)
        return false;
    *first_tag = (int)state->next_tag;
    state->next_tag += state->map.nodes;
    return true;
}

fan_status fan_lane_open(fan_comm_state *state, fan_lane *lane, bool *possible)
{
    *lane = (fan_lane){0};
    *possible = take_tags(state, &lane->first_tag);
    if (!*possible)
        return FAN_OK;
    fan_status status = fan_comm_state_own_node(state, true, &lane->node);
    if (status == FAN_ERR_TRANSPORT)
        return status;
    bool failed = status != FAN_OK;
    int code = fan_comm_any(state->comm, &failed);
    *possible = code == MPI_SUCCESS && !failed;
    if (!*possible)
        fan_lane_close(lane);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, "MPI_Allreduce failed");
}

void fan_lane_close(fan_lane *lane)
{
    if (lane->node != NULL)
        fan_node_leave(lane->node);
    lane->node = NULL;
}
