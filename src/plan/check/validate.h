/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file validate.h  Proves that a plan delivers: for tests, and for whoever adds an algorithm.
 *
 * What holds for a valid plan:
 * - every node gets every subfile from exactly one other node, and both agree on it;
 * - with a shared source, each subfile is read by one node, which takes the place of the root's
 *   child;
 * - the edges of a subfile form one tree under the root;
 * - a node belongs to the primary tree, or to a secondary group, with all subfiles; edges of
 *   FAN_PHASE_SERVE are the only way from one to the other;
 * - edges to nodes that send a subfile on come before those to nodes that keep it;
 * - in the primary tree the root sends the data once, and no node more than its algorithm says: (k
 * - 1 + b) / k of the data for groups, all of it for trees, or as much more as the others need when
 * slow nodes do not send;
 * - slow nodes do not send;
 * - with windows as small as the plan's, no node waits forever.
 */
#ifndef FAN_PLAN_CHECK_VALIDATE_H
#define FAN_PLAN_CHECK_VALIDATE_H

#include "plan/plan.h"

/**
 * Check the schedules of all nodes. Takes memory and time in proportion to nodes x subfiles.
 *
 * @return FAN_OK; FAN_ERR_ARGUMENT with a text that names node, subfile and what is wrong;
 * FAN_ERR_MEMORY
 */
fan_status fan_check_plan(const fan_plan *plan);

/**
 * The same for given schedules, so that a test can break one.
 *
 * @param receive  [plan->nodes], FAN_PHASE_RECEIVE
 * @param serve    [plan->nodes], FAN_PHASE_SERVE
 */
fan_status fan_check_schedules(const fan_plan *plan, const fan_schedule *receive,
                               const fan_schedule *serve);

#endif
