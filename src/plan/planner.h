/* SPDX-License-Identifier: BSD-3-Clause */
/** @file planner.h  Choose a plan from what all ranks know. Pure. */
#ifndef FAN_PLAN_PLANNER_H
#define FAN_PLAN_PLANNER_H

#include "plan/plan.h"
#include "plan/plan_model.h"
#include "tune/params.h"

enum {
    /**
     * What longer streams, and those of unknown length, are planned as: for more, chunks would be
     * beyond MPI's eager limit
     */
    FAN_PLAN_LONG_STREAM = 64 * 1024 * 1024
};

typedef struct fan_plan_request {
    int64_t bytes; /**< or FAN_UNKNOWN_LENGTH: planned as a long one */
    int nodes;
    int root;
    /**
     * ranks on the fullest node, which get the data through memory; 0 or 1: nodes are single ranks
     */
    int local;
    bool bounded; /**< a stream: memory is bounded, so no secondary groups and no store and forward
                   */
    const fan_order *order; /**< of the nodes, NULL: by number; outlives the plans */
    /** the root is not a node but storage that all nodes can read: see plan.h */
    bool shared_source;
    /** what the subfiles are to consist of, of `bytes` in all, or NULL; outlives the plans */
    const fan_parts *parts;
} fan_plan_request;

/**
 * The best plan that the parameters permit: what they set is kept, what they leave at 0 or auto is
 * chosen.
 */
fan_plan fan_plan_choose(const fan_plan_request *request, const fan_params *params);

/**
 * All candidates that fan_plan_choose compares, the best chunk of each, in the order of the table
 * of algorithms. Calls `visit` for each. One node has none.
 *
 * On several switches they are groups that lie within a switch each, where a group size permits
 * that: such groups take the data over an uplink about once, and what cuts across switches nearly
 * once for each node. With slow nodes they are trees, which have these as leaves.
 */
void fan_plan_candidates(const fan_plan_request *request, const fan_params *params,
                         void (*visit)(void *state, const fan_plan *plan), void *state);

#endif
