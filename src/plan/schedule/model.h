/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file model.h  What a plan costs: Hockney's latency and bandwidth, and an overhead and a gap per
 * message.
 *
 * R. Hockney, "The communication challenge for MPP", Parallel Computing 20 (1994), with the
 * overhead and the gap of LogGP (Alexandrov et al., 1995). A node that relays takes in one message
 * and gives out one for every chunk, so a chunk costs it two overheads. Its link in and its link
 * out each have a gap for it: headers of packets, and the small messages by which two ends agree on
 * a large one. Where a node has several ranks, the one that exchanges messages also copies the
 * chunk into memory for the others, which copy it out at the same time as each other.
 */
#ifndef FAN_PLAN_SCHEDULE_MODEL_H
#define FAN_PLAN_SCHEDULE_MODEL_H

#include <stdint.h>

typedef struct fan_model {
    double latency;   /**< alpha, seconds */
    double bandwidth; /**< B, bytes per second of one link */
    double overhead;  /**< o, seconds of processor time to send, or to receive, a message */
    double gap;       /**< g, seconds that a message occupies a link besides its bytes */
    /** seconds per byte to copy into, or out of, memory that ranks share; 0: a node has one rank */
    double copy;
} fan_model;

/** The cost of a shape in units of the model; see fan_algorithm_table.cost. */
typedef struct fan_cost {
    double rounds; /**< how many times the busiest node sends the data */
    double fill;   /**< chunks before the pipeline is full and after it runs dry */
    double hops;   /**< messages in a row, each with a latency and the overheads of both ends */
    int skew;      /**< chunks of its subfile by which a node's subfiles may lie apart */
} fan_cost;

/** Time that a message occupies a link. Seconds. */
double fan_link_time(const fan_model *model, double bytes);

/**
 * Time that one chunk occupies a node: its links or its processor, whichever is longer. Seconds.
 */
double fan_chunk_time(const fan_model *model, double chunk_bytes);

/** Time from the beginning of sending an empty message to the end of receiving it. Seconds. */
double fan_hop_time(const fan_model *model);

/** Predicted seconds for `bytes` in `chunks` chunks, `chunk_bytes` the largest of them. */
double fan_cost_time(const fan_model *model, const fan_cost *cost, double bytes, double chunks,
                     double chunk_bytes);

/** Predicted seconds of one point-to-point transfer of `bytes`: the limit. */
double fan_limit_time(const fan_model *model, double bytes);

#endif
