/* SPDX-License-Identifier: BSD-3-Clause */
/** @file slowness.h  Which nodes are slow, as was measured. */
#ifndef FAN_LIB_WHERE_SLOWNESS_H
#define FAN_LIB_WHERE_SLOWNESS_H

#include "plan/schedule/order.h"

#include <stdbool.h>
#include <stdint.h>

/** Equal on all ranks. */
typedef struct fan_slowness {
    struct fan_slowness *before; /**< what was known before: pending plans may point to its order */
    fan_order *order;            /**< of the nodes, slow ones last */
    int64_t usual;               /**< bytes per second at which a node receives */
    int nodes;
    int64_t rates[]; /**< [nodes] of those that are slow, else 0 */
} fan_slowness;

/** Room for one whose nodes are in this order otherwise; NULL: that of numbers. NULL: no memory. */
fan_slowness *fan_slowness_allocate(const fan_order *order, int nodes);

/** Free it, and those before it. Local. */
void fan_slowness_free(fan_slowness *slowness);

/** How many nodes are slow. */
int fan_slowness_count(const fan_slowness *slowness);

/** When usual and rates are known: make the order, from the same one as was given before. */
void fan_slowness_settle(fan_slowness *slowness, const fan_order *order);

/**
 * Whether a node is clearly slow: it receives at less than half of the usual rate. One that was
 * slow before stays so up to 0.7 of it.
 *
 * @param usual   the median of all nodes
 * @param before  what was known before, or NULL
 */
bool fan_slowness_is_slow(int64_t rate, int64_t usual, const fan_slowness *before, int node);

#endif
