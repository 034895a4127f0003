/* SPDX-License-Identifier: BSD-3-Clause */
/** @file table.h  All candidates of the planner as a table. */
#ifndef FAN_TOOLS_PLAN_TABLE_H
#define FAN_TOOLS_PLAN_TABLE_H

#include "plan/planner.h"

/**
 * Print the candidates by predicted time, best first, and mark the one that is chosen.
 *
 * @param rows      print no more than these and the chosen one
 * @param simulate  play each of them in simulated time, too
 * @return FAN_OK or FAN_ERR_MEMORY
 */
fan_status fan_plantool_table_print(const fan_plan_request *request, const fan_params *params,
                                    size_t rows, bool simulate);

#endif
