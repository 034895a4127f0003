/* SPDX-License-Identifier: BSD-3-Clause */
/** @file broadcasts.h  fanout_bcast with the parameters just measured, and MPI_Bcast, by turns. */
#ifndef FAN_TOOLS_TUNE_MEASURE_BROADCASTS_H
#define FAN_TOOLS_TUNE_MEASURE_BROADCASTS_H

#include "tools/tune/measure/job.h"
#include "tools/tune/model/results.h"

/**
 * Measure both at 1 KiB, 2 KiB, ... 4 MiB, or as far as time permits. Collective over the job's
 * communicator; rank 0 has the results, and the parameters to begin with.
 */
void fan_tune_measure_broadcasts(const fan_tune_job *job, fan_tune_results *results);

#endif
