/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/stalled.h"

#include "engine/mpi/mpi_stall.h"

/* Some of them do not take what is in the ring. */
static void view_node(const fan_comm_state *state, fan_view *view)
{
    for (int rank = 0; rank < state->size; rank++)
        if (rank != state->rank && state->map.node_of[rank] == state->map.node_of[state->rank])
            fan_view_add(view, rank, false);
}

static void view_all(const fan_comm_state *state, const fan_engine *engine, int writer,
                     fan_view *view)
{
    if (engine != NULL) {
        if (fan_engine_view(engine, view))
            view_node(state, view);
    } else if (writer == state->rank) {
        view_node(state, view);
    } else {
        fan_view_add(view, writer, true);
    }
}

void fan_stalled_explain(const fan_comm_state *state, const fan_engine *engine, int writer,
                         double timeout)
{
    fan_view view = {0};
    char text[FAN_STALL_TEXT];
    if (state->hosts == NULL || fan_pulse_has_alarm(state->pulse))
        return;
    view_all(state, engine, writer, &view);
    fan_mpi_stall_explain(state->comm, state->first_tag + FAN_TAG_STALL, &view, state->hosts, text);
    fan_fail(FAN_ERR_TIMEOUT, "no progress for %g s: %s", timeout, text);
}
