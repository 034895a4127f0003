/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file simulate.h  How long a plan takes, by running the engines of all nodes in simulated time.
 */
#ifndef FAN_SIMULATE_SIMULATE_H
#define FAN_SIMULATE_SIMULATE_H

#include "base/status.h"
#include "plan/plan.h"
#include "plan/schedule/model.h"

/**
 * Run the real engine of every node of the plan over the network of network.h. The data is not
 * there: memory is needed for the bookkeeping of all engines, whatever plan->layout.bytes is.
 *
 * @param seconds  receives the time until the last node has finished
 * @return FAN_OK; FAN_ERR_MEMORY; FAN_ERR_ARGUMENT if nodes wait forever
 */
fan_status fan_simulate(const fan_plan *plan, const fan_model *model, double *seconds);

#endif
