/* SPDX-License-Identifier: BSD-3-Clause */
/** @file shape.h  The numbers that an algorithm lays out its trees by. */
#ifndef FAN_PLAN_SCHEDULE_SHAPE_H
#define FAN_PLAN_SCHEDULE_SHAPE_H

#include "plan/schedule/order.h"

enum {
    FAN_PLACE_ROOT = -3 /**< the place of the root; differs from FAN_PARENT_SELF and _ABSENT */
};

/** What an algorithm needs to know to lay out its trees. */
typedef struct fan_shape {
    int recipients;       /**< nodes without the root, at least 1 */
    int group_size;       /**< k, also the number of subfiles; 1 <= k <= recipients */
    int branching;        /**< b >= 1, groups fed by a group */
    int secondary_groups; /**< the last groups, served after full receipt */
    int slow;             /**< the last places, if they are to be leaves (ktree, kexchange) */
    const fan_order
        *blocks; /**< trees over its blocks and trees in each (ktree); NULL: one block */
    int root;    /**< that `blocks` are seen from */
} fan_shape;

#endif
