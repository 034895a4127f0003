/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file model.h  What a plan costs: Hockney's latency and bandwidth, and an overhead per message.
 *
 * R. Hockney, "The communication challenge for MPP", Parallel Computing 20 (1994), with the
 * overhead of LogGP (Alexandrov et al., 1995). A node that relays takes in one message and gives out one
 * for every chunk, so a chunk costs it two overheads.
 */
#ifndef FAN_PLAN_MODEL_H
#define FAN_PLAN_MODEL_H

#include <stdint.h>

typedef struct fan_model {
    double latency;   /**< alpha, seconds */
    double bandwidth; /**< B, bytes per second of one link */
    double overhead;  /**< o, seconds of processor time to send, or to receive, a message */
} fan_model;

/** The cost of a shape in units of the model; see fan_algorithm_table.cost. */
typedef struct fan_cost {
    double rounds; /**< how many times the busiest node sends the data */
    double fill;   /**< chunks before the pipeline is full and after it runs dry */
    double hops;   /**< messages in a row, each with a latency and the overheads of both ends */
    int skew;      /**< chunks of its class by which a node's classes may lie apart */
} fan_cost;

/** Time that one chunk occupies a node: its bytes or its overheads, whichever is longer. Seconds. */
double fan_chunk_time(const fan_model *model, double chunk_bytes);

/** Time from the beginning of sending an empty message to the end of receiving it. Seconds. */
double fan_hop_time(const fan_model *model);

/** Predicted seconds for `bytes` in `chunks` chunks, `chunk_bytes` the largest of them. */
double fan_cost_time(const fan_model *model, const fan_cost *cost, double bytes, double chunks,
                     double chunk_bytes);

/** Predicted seconds of one point-to-point transfer of `bytes`: the limit. */
double fan_limit_time(const fan_model *model, double bytes);

#endif
