/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file comparison.h  With the parameter `check`: do ranks start the same nonblocking broadcast?
 * Nonblocking, because ranks may start those of several communicators in different order.
 */
#ifndef FAN_LIB_DELIVER_COMPARISON_H
#define FAN_LIB_DELIVER_COMPARISON_H

#include "lib/deliver/decision.h"

/** A value and the rank that gave it, as MPI_LONG_INT. */
typedef struct fan_comparison_value {
    long value;
    int rank;
} fan_comparison_value;

/** Each twice: the largest, and the least as its negative. */
enum { FAN_COMPARISON_VALUES = 2 * (3 + FAN_DECISION_VALUES) };

/** Must stay where it is until it is done. */
typedef struct fan_comparison {
    MPI_Request request;
    fan_comparison_value given[FAN_COMPARISON_VALUES], largest[FAN_COMPARISON_VALUES];
    int rank;
} fan_comparison;

/**
 * Begin. Collective, nonblocking: in the same order as other calls on the communicator.
 *
 * @param way  in which this rank is about to do it
 */
fan_status fan_comparison_begin(fan_comparison *comparison, const fan_comm_state *state,
                                int64_t bytes, int root, fan_way way);

/**
 * Whether it is done. Local. FAN_ERR_DISAGREEMENT, on all ranks, if ranks gave different bytes or
 * roots, or would do it differently: then rank 0 has warned and named two of them.
 */
fan_status fan_comparison_test(fan_comparison *comparison, bool *done);

#endif
