/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file plan.h  A plan: which algorithm with which numbers. Any node's schedule follows from it
 * alone.
 *
 * A plan is small and is computed alike on all ranks from what is equal on all ranks. Places are
 * the recipients in order, root left out. Without a fan_order, place x is node x below the root and
 * node x + 1 from the root on, so that neighbouring nodes stay neighbours in a group whatever the
 * root is.
 *
 * Shared source. If all nodes can read the data, in a parallel file system, nobody needs to read
 * all of it. The plan is made as if that storage were one node more, the last, which is the root;
 * but what the root would send to a node, the node reads itself. So the first nodes read a subfile
 * each, and every byte is read once.
 */
#ifndef FAN_PLAN_PLAN_H
#define FAN_PLAN_PLAN_H

#include "base/status.h"
#include "plan/schedule/layout.h"
#include "plan/schedule/order.h"
#include "plan/schedule/schedule.h"
#include "plan/schedule/shape.h"
#include "tune/algorithm_names.h"

typedef struct fan_plan {
    fan_algorithm algorithm; /**< never FAN_AUTO */
    int nodes;
    int root;
    int local;              /**< ranks on the fullest node, 0 or 1: nodes are single ranks */
    bool bounded;           /**< of a stream */
    const fan_order *order; /**< of the nodes, NULL: by number; the caller keeps it */
    int tail;               /**< see fan_order_place */
    /** the root is storage: its children are sources in its place, nobody is it */
    bool shared_source;
    /** slow nodes, at the last places, which are not in the shape: see slow.h, fan_plan_server */
    int served;
    fan_shape shape;
    fan_layout layout;
    int window;       /**< chunks of each subfile in progress on a node; all nodes use the same */
    int sends;        /**< sends of a node in progress at a time */
    int child_sends;  /**< of those to one child and of one subfile */
    bool overlap;     /**< false: a subfile is sent on only when it is complete */
    double predicted; /**< seconds, by the cost model; without those that are served */
    double slow_predicted;  /**< until these have the data, 0: there are none */
    double limit_predicted; /**< seconds of one point-to-point transfer, by the same model */
} fan_plan;

/**
 * The schedule of `node` in `phase`. Pure. Free it with fan_schedule_free.
 */
fan_status fan_plan_schedule(const fan_plan *plan, int node, fan_phase phase,
                             fan_schedule *schedule);

/** The place of the node that sends all of the data to those that are served. */
int fan_plan_server(const fan_plan *plan);

/** Whether a node is served, or serves: then it ends later than the others. */
bool fan_plan_ends_late(const fan_plan *plan, int node);

/** True if some node has work in FAN_PHASE_SERVE. */
bool fan_plan_has_secondary(const fan_plan *plan);

/** Chunks of all subfiles that a node may have in progress. */
int64_t fan_plan_slots(const fan_plan *plan);

/**
 * Chunks that an engine must have room for: the window, but no more than there are; all of them
 * without overlap. Equal on all nodes.
 */
int64_t fan_plan_engine_slots(const fan_plan *plan);

/** The node at a place, and the place of a node (the root's is FAN_PLACE_ROOT). */
int fan_plan_node(const fan_plan *plan, int place);
int fan_plan_place(const fan_plan *plan, int node);

#endif
