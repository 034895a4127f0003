/* SPDX-License-Identifier: BSD-3-Clause */
/** @file deadlock.h  Plays a plan with counters for data, to see that no node waits forever. */
#ifndef FAN_PLAN_CHECK_DEADLOCK_H
#define FAN_PLAN_CHECK_DEADLOCK_H

#include "plan/plan.h"

/**
 * Let chunks travel as far as the windows permit: a node takes a chunk when its parent has it and
 * it lies in the windows of both, and a window moves on when its lowest chunk has been taken by all
 * children. Whatever can travel now still can after others have travelled, so the order of steps
 * does not matter: if one order ends, all do. A few chunks more than a window are enough to see
 * each wait.
 *
 * @param receive  [plan->nodes], FAN_PHASE_RECEIVE; edges must be those of validate.h: both ends
 * agree
 * @param serve    [plan->nodes], FAN_PHASE_SERVE
 * @return FAN_OK; FAN_ERR_ARGUMENT with a text that names the node and the subfile that wait;
 * FAN_ERR_MEMORY
 */
fan_status fan_check_deadlock(const fan_plan *plan, const fan_schedule *receive,
                              const fan_schedule *serve);

#endif
