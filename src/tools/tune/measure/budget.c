/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/budget.h"

#include <math.h>
#include <stdbool.h>

int fan_tune_budget_rounds(const fan_tune_budget *budget, MPI_Comm comm, double seconds, int most)
{
    const fan_tune_job *job = budget->job;
    int rounds = 0;
    if (job->rank == 0) {
        double left = fan_tune_time_left(job, budget->share) / (budget->to_come * seconds);
        bool has_time = fan_tune_time_left(job, 1) > seconds;
        rounds = (int)fmin(fmax(left, has_time), most);
    }
    fan_tune_share(&rounds, sizeof rounds, comm);
    return rounds;
}
