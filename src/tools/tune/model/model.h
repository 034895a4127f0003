/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file model.h  From what was measured between pairs to the constants of the cost model
 * (plan/schedule/model.h).
 *
 * Messages that go to and fro, one at a time, take one hop each way: latency + 2 overhead. With
 * many on the way at once, latencies overlap, and each end receives and sends as fast as it can:
 * what a message costs then is its two overheads at one end. That is how a saturated node tells its
 * cost per message (the gap) in T. Kielmann, H. Bal and K. Verstoep, "Fast measurement of LogP
 * parameters for message passing platforms" (IPDPS workshops, 2000), and T. Hoefler, A. Lichei and
 * W. Rehm, "Low-overhead LogGP parameter assessment for modern interconnection networks" (IPDPS,
 * 2007). These separate the processor's part of it from the network's; our model does not, since
 * either keeps a relaying node from taking the next message.
 */
#ifndef FAN_TOOLS_TUNE_MODEL_MODEL_H
#define FAN_TOOLS_TUNE_MODEL_MODEL_H

#include "tools/tune/model/results.h"

#include <stdbool.h>

/**
 * A pair slower than this part of the usual is reported; fan_order takes such hosts for slow, too.
 */
#define FAN_TUNE_SLOW 0.8

/** Samples without which it is not said of a host or of an exchange that it is slow. */
enum { FAN_TUNE_SURE = 3 };

/**
 * Set params.latency, overhead and bandwidth, rounded to four digits, and the speed of each pair.
 * The first pair has messages for two numbers on the way.
 */
void fan_tune_model(fan_tune_results *results);

/**
 * Whether the times of chunks tell the gap: there are FAN_TUNE_SURE of each size, or the largest
 * ones kept a link of that bandwidth busy. If it stood idle, most of their time is latency.
 */
bool fan_tune_gap_is_known(const fan_tune_curve *chunks, double bandwidth);

/**
 * The gap, rounded: the time of a chunk besides its bytes, where the line through `chunks` (seconds
 * over bytes) starts. Noise may make that negative; then it is 0. If it is not known it is what the
 * library takes it for.
 */
double fan_tune_gap(const fan_tune_curve *chunks, double bandwidth);

/** The median and the range of the time of a hop over the pairs. Seconds. */
fan_summary fan_tune_hops(const fan_tune_results *results);

/** The same of what a message costs a node that relays at its fastest, its two overheads. */
fan_summary fan_tune_relays(const fan_tune_results *results);

/** The same of the bandwidth. Bytes per second. */
fan_summary fan_tune_bandwidths(const fan_tune_results *results);

/** `value` with four digits, so that the file is easy to read and says exactly what is in force. */
double fan_tune_round(double value);

#endif
