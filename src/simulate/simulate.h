/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file simulate.h  How long a plan takes, by running the engines of all nodes in simulated time.
 */
#ifndef FAN_SIMULATE_SIMULATE_H
#define FAN_SIMULATE_SIMULATE_H

#include "base/status.h"
#include "plan/plan.h"
#include "plan/schedule/model.h"

/** Seconds until the last of some nodes has finished. */
typedef struct fan_simulated {
    double seconds; /**< of all nodes */
    double others;  /**< of those that neither are served (plan.h) nor serve */
} fan_simulated;

/**
 * Run the real engine of every node of the plan over the network of network.h. The data is not
 * there: memory is needed for the bookkeeping of all engines, whatever plan->layout.bytes is.
 *
 * Slow nodes of the plan's order all are as slow as the slowest.
 *
 * @return FAN_OK; FAN_ERR_MEMORY; FAN_ERR_ARGUMENT if nodes wait forever
 */
fan_status fan_simulate(const fan_plan *plan, const fan_model *model, fan_simulated *result);

#endif
