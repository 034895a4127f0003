/* SPDX-License-Identifier: BSD-3-Clause */
/** @file tune_exchange.h  Exchanges in which each of k + 1 ranks sends to, and receives from, each of the k others. */
#ifndef FAN_TOOLS_TUNE_EXCHANGE_H
#define FAN_TOOLS_TUNE_EXCHANGE_H

#include "tools/tune_job.h"
#include "tools/tune_results.h"

/**
 * Measure what a rank sends in them at k = 1, 2, 4, ... and the largest possible one up to 32. Hosts that are known
 * to be slow take no part: it is not k that slows those exchanges down. Collective over the job's communicator;
 * rank 0 has the results, and the results of fan_tune_model to begin with.
 *
 * @param share  up to which share of the job's time it may go on
 */
void fan_tune_measure_exchange(const fan_tune_job *job, double share, fan_tune_results *results);

#endif
