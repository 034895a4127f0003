/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/stalled.h"

#include "engine/mpi/mpi_stall.h"

/* Some of them do not take what is in the ring. */
static void view_node(const fan_delivery *d, fan_view *view)
{
    const fan_comm_state *state = d->task.state;
    for (int rank = 0; rank < state->size; rank++)
        if (rank != state->rank && state->map.node_of[rank] == state->map.node_of[state->rank])
            fan_view_add(view, rank, false);
}

static void view_delivery(const fan_delivery *d, fan_view *view)
{
    const fan_comm_state *state = d->task.state;
    if (d->engine != NULL) {
        if (fan_engine_view(d->engine, view))
            view_node(d, view);
    } else if (d->stage.writes || d->relays) {
        view_node(d, view);
    } else {
        int own_node = state->map.node_of[state->rank];
        fan_view_add(view, fan_node_map_speaker(&state->map, own_node, d->task.root), true);
    }
}

void fan_stalled_explain(const fan_delivery *d)
{
    const fan_comm_state *state = d->task.state;
    fan_view view = {0};
    char text[FAN_STALL_TEXT];
    if (state->hosts == NULL || fan_pulse_has_alarm(state->pulse))
        return;
    view_delivery(d, &view);
    fan_mpi_stall_explain(state->comm, state->first_tag + FAN_TAG_STALL, &view, state->hosts, text);
    fan_fail(FAN_ERR_TIMEOUT, "no progress for %g s: %s", d->task.params->timeout, text);
}
