/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file evidence.h  Was a broadcast ours? By messages of the engine, or pieces in the memory of the
 * node: a test must not pass because MPI_Bcast did the work.
 */
#ifndef FAN_TESTS_EVIDENCE_H
#define FAN_TESTS_EVIDENCE_H

#include "lib/call/lifetime.h"
#include "lib/state/comm_state.h"

typedef struct evidence {
    fan_comm_state *state;
    fan_trace trace;
    uint32_t pieces; /**< that had gone through the memory when it was looked at last */
} evidence;

static inline uint32_t evidence_pieces(const evidence *e)
{
    return e->state->map.node == NULL ? 0 : e->state->map.node->ring.position;
}

/**
 * Watch a communicator that has been attached. The evidence must stay where it is as long as the
 * communicator.
 */
static inline void evidence_watch(evidence *e, MPI_Comm comm)
{
    if (fan_lifetime_state(comm, &e->state) != FAN_OK)
        MPI_Abort(MPI_COMM_WORLD, 1);
    e->state->trace = &e->trace;
    e->pieces = evidence_pieces(e);
}

/** True if this rank took part in a broadcast of ours since the last time. */
static inline bool evidence_found(evidence *e)
{
    bool found = e->trace.count > 0 || evidence_pieces(e) != e->pieces;
    fan_trace_clear(&e->trace);
    e->pieces = evidence_pieces(e);
    return found;
}

#endif
