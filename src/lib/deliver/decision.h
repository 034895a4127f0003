/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file decision.h  How a broadcast is to be done, and what that is decided by: with the parameter
 * `check` it is compared across ranks, which would wait for each other for ever if it differed.
 */
#ifndef FAN_LIB_DELIVER_DECISION_H
#define FAN_LIB_DELIVER_DECISION_H

#include "engine/trace.h"
#include "lib/state/comm_state.h"

typedef enum fan_decision_value {
    FAN_DECISION_WAY, /**< fan_way */
    FAN_DECISION_ALGORITHM,
    FAN_DECISION_GROUP_SIZE,
    FAN_DECISION_BRANCHING,
    FAN_DECISION_CHUNK_BYTES,
    FAN_DECISION_WINDOW,
    FAN_DECISION_SENDS,
    FAN_DECISION_CHILD_SENDS,
    FAN_DECISION_VALUES
} fan_decision_value;

/** Those of a plan are 0 where there is none. */
typedef struct fan_decision {
    int64_t values[FAN_DECISION_VALUES];
} fan_decision;

/** Names of the values, such as "window". */
extern const char *const fan_decision_names[FAN_DECISION_VALUES];

/** What this rank does in a broadcast of so many bytes. Local; takes the time of a plan. */
fan_decision fan_decision_make(const fan_comm_state *state, const fan_params *params, int64_t bytes,
                               int root, fan_way way);

/** What is in the trace about the plan, if `trace` is not NULL. */
void fan_decision_record(fan_trace *trace, const fan_plan *plan);

/**
 * Tell of a broadcast that has ended, as fan_tell_broadcast.
 *
 * @param plan  by which it was done; NULL: this rank only read what another of its node received
 */
void fan_decision_tell(const fan_comm_state *state, const fan_plan *plan, int64_t bytes, int root,
                       double begun);

/**
 * A number, at least 0, that differs if what this rank decides by differs: parameters, what was
 * measured and tried, how it is connected. Local.
 */
int64_t fan_decision_basis(const fan_comm_state *state);

/**
 * The basis in words: a number that stands for what was found out, and the parameters that are not
 * the default. Local.
 */
void fan_decision_say_basis(const fan_comm_state *state, char *text, size_t size);

/**
 * Compare the decision across ranks. Collective. If it differs, all ranks get FAN_ERR_DISAGREEMENT,
 * and rank 0 has warned: which rank would do what.
 */
fan_status fan_decision_compare(const fan_comm_state *state, const fan_decision *own);

#endif
