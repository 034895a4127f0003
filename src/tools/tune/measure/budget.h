/* SPDX-License-Identifier: BSD-3-Clause */
/** @file budget.h  How often something may be repeated. */
#ifndef FAN_TOOLS_TUNE_MEASURE_BUDGET_H
#define FAN_TOOLS_TUNE_MEASURE_BUDGET_H

#include "tools/tune/measure/job.h"

typedef struct fan_tune_budget {
    const fan_tune_job *job;
    double share; /**< of the job's time, up to which it may go on */
    int to_come;  /**< that take as long, with this one */
} fan_tune_budget;

/**
 * How often it is done again, when once took so many seconds. Collective over `comm`: its rank 0,
 * which is the job's, tells the others. At least once, unless that would be later than the end of
 * the job's time: then 0, and what was measured once must do.
 */
int fan_tune_budget_rounds(const fan_tune_budget *budget, MPI_Comm comm, double seconds, int most);

#endif
