/* SPDX-License-Identifier: BSD-3-Clause */
/** @file plans.h  Plans to test, and the schedules of their nodes. */
#ifndef FAN_TESTS_PLANS_H
#define FAN_TESTS_PLANS_H

#include "plan/plan.h"

/** The smallest window, and more rounds than it holds, so that every wait there can be is met. */
fan_plan make_plan(fan_algorithm algorithm, int nodes, int root, int k, int b, int secondary);

/** A source that all nodes can read: the root is the last node, which is nobody. */
fan_plan make_shared_plan(fan_algorithm algorithm, int readers, int k, int b);

/** The schedule of one node. The caller frees it by fan_schedule_free. */
fan_schedule schedule_of(const fan_plan *plan, int node, fan_phase phase);

#endif
