/* SPDX-License-Identifier: BSD-3-Clause */
/** @file pairs.h  What is measured between rank 0 and some others, one after the other. */
#ifndef FAN_TOOLS_TUNE_MEASURE_PAIRS_H
#define FAN_TOOLS_TUNE_MEASURE_PAIRS_H

#include "tools/tune/measure/job.h"
#include "tools/tune/model/results.h"

/**
 * Messages and transfers between rank 0 and up to FAN_TUNE_PAIRS others, spread over the ranks.
 * Collective over the job's communicator; rank 0 has the results. Those who take no part return at
 * once.
 *
 * @param messages, transfers  up to which share of the job's time each of them may go on
 */
void fan_tune_measure_pairs(const fan_tune_job *job, double messages, double transfers,
                            fan_tune_results *results);

/** How many pairs there are. */
int fan_tune_pair_count(const fan_tune_job *job);

/** The rank, in the job's communicator, of the other one of pair number `pair`. */
int fan_tune_pair_rank(const fan_tune_job *job, int pair);

#endif
