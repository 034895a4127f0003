/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file exchange.h  Exchanges in which each of k + 1 ranks sends to, and receives from, each of the
 * k others.
 */
#ifndef FAN_TOOLS_TUNE_MEASURE_EXCHANGE_H
#define FAN_TOOLS_TUNE_MEASURE_EXCHANGE_H

#include "tools/tune/measure/job.h"
#include "tools/tune/model/results.h"

/**
 * Measure what a rank sends in them at k = 1, 2, 4, ... and the largest possible one up to 32, and
 * then, at k = 1, how long a chunk takes, for chunks of three sizes. Hosts that are known to be
 * slow take no part: it is not k that slows those exchanges down. Collective over the job's
 * communicator; rank 0 has the results, and the results of fan_tune_model to begin with.
 *
 * @param rates  up to which share of the job's time the first part may go on
 * @param chunks  the same of the second
 */
void fan_tune_measure_exchange(const fan_tune_job *job, double rates, double chunks,
                               fan_tune_results *results);

#endif
