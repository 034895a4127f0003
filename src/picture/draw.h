/* SPDX-License-Identifier: BSD-3-Clause */
/** @file draw.h  A plan as a picture (SVG). */
#ifndef FAN_PICTURE_DRAW_H
#define FAN_PICTURE_DRAW_H

#include "plan/plan.h"

#include <stdio.h>

/**
 * Draw the plan: the root, groups as boxes, each subfile's way in a colour of its own, and a
 * legend. Of many nodes the upper part is drawn, with the number of those left out.
 *
 * @return FAN_OK; FAN_ERR_MEMORY; FAN_ERR_SYSTEM if `out` cannot be written
 */
fan_status fan_plan_draw(const fan_plan *plan, FILE *out);

#endif
