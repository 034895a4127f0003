/* SPDX-License-Identifier: BSD-3-Clause */
/** @file draw_parts.h  The two kinds of picture: groups as boxes, or a tree for each subfile. */
#ifndef FAN_PICTURE_DRAW_PARTS_H
#define FAN_PICTURE_DRAW_PARTS_H

#include "picture/svg.h"
#include "plan/plan.h"

enum {
    FAN_DRAW_NODES = 64,  /**< about how many nodes are drawn */
    FAN_DRAW_LEVELS = 16, /**< and how far from the root */
    FAN_DRAW_PITCH = 28   /**< from node to node in a row */
};

/** Draw a plan of the algorithms chain, group or full, with the upper left corner at `corner`. */
fan_status fan_draw_groups(fan_svg *svg, const fan_plan *plan, fan_point corner);

/** Draw a plan of the algorithms ktree or kexchange. */
fan_status fan_draw_trees(fan_svg *svg, const fan_plan *plan, fan_point corner);

#endif
